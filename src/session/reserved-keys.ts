import { SessionError } from '../errors.ts'

/** Keys that data may not use, because the session itself answers to them. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  'id',
  'isNew',
  'flash',
  'size',
  'status',
  'refused',
  'renew',
  'reset',
  'destroy',
  'touch',
  'toJSON',
  'then',
])

/** @throws `ERR_SESSION_VALUE` when data would take a name that the session itself answers to */
export function refuseReservedKey(key: string): void {
  if (!RESERVED_KEYS.has(key)) return
  const hint = key === 'flash' ? 'Set an entry instead: session.flash.notice = …' : 'Choose another name for the data.'
  throw new SessionError('ERR_SESSION_VALUE', `session.${key} is the session's own and cannot be assigned. ${hint}`)
}
