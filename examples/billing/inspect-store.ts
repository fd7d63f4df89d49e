import type { ReadonlySession, Session } from 'coatcheck'
import type { Request } from 'express'
import { sessions } from './billing-sessions.ts'
import type { BillingSession } from './sessions.ts'
import type { SessionPlace } from './stores/backend.ts'
import { isWritten } from './is-written.ts'

/** What the inspector shows of a session that lives in a store. */
export interface InStore {
  readonly where: 'store'
  readonly place: SessionPlace
  /** What the store will be asked to write; `undefined` when that is nothing. */
  readonly writes: StoreWrites | undefined
  /** Whether this response will carry Set-Cookie: with a new ticket, or to let it live longer. */
  readonly sends: boolean
}

interface StoreWrites {
  /** Keys with a new value. */
  readonly set: readonly string[]
  readonly removed: readonly string[]
}

export async function inspectStore(req: Request, place: SessionPlace): Promise<InStore> {
  const session = sessions.of(req)
  const { isNew, status } = session
  const written = isWritten(status)
  return {
    where: 'store',
    place,
    // Asked for once more, because nothing tells what a session was before its request: an application has no need to know.
    writes: written ? difference(isNew ? undefined : await sessions.load(req.headers.cookie), session) : undefined,
    sends: written && (isNew || status !== 'changed'),
  }
}

/** @param before the session as the store has it; `undefined` for none */
function difference(before: ReadonlySession<BillingSession> | undefined, after: Session<BillingSession>): StoreWrites {
  const [had, has] = [before?.size.byKey ?? {}, after.size.byKey]
  const [was, is] = [jsonByKey(before ?? {}), jsonByKey(after)]
  // No handler sees the values of the identity's entry and of the flash; of these, the bytes tell enough.
  const set = Object.keys(has).filter((key) => had[key] !== has[key] || was.get(key) !== is.get(key))
  return { set, removed: Object.keys(had).filter((key) => !(key in has)) }
}

function jsonByKey(data: object): ReadonlyMap<string, string> {
  return new Map(Object.entries(data).map(([key, value]) => [key, JSON.stringify(value)]))
}
