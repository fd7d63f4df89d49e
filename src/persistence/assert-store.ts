import { SessionError } from '../errors.ts'
import type { SessionStore } from '../stores/store.ts'

const VERBS = ['find', 'insert', 'update', 'delete'] as const

/** @param option what to call it in the error @throws `ERR_OPTIONS` for what is no session store */
export function assertStore(store: unknown, option: string): SessionStore {
  const missing = VERBS.filter((verb) => typeof (store as Partial<SessionStore> | null)?.[verb] !== 'function') // as: to look at it
  if (missing.length > 0) {
    throw new SessionError(
      'ERR_OPTIONS',
      `${option} is no session store: it has no ${missing.join(', ')}. Expected one that implements SessionStore; one of express-session goes into expressStore(…) first.`,
    )
  }
  const { maxBytes } = store as SessionStore // as: the check above
  if (maxBytes !== undefined && !(maxBytes >= 1))
    throw new SessionError('ERR_OPTIONS', `${option} has maxBytes ${maxBytes}, expected at least 1.`)
  return store as SessionStore // as: the check above
}
