import type { OpenedValue, RefusedReason, SessionSize, SessionStatus } from 'coatcheck'
import type { Request } from 'express'
import { kind, place, sessions } from './billing-sessions.ts'
import type { BillingStatus } from './identity.ts'
import { inspectCookie, type InCookie } from './inspect-cookie.ts'
import { inspectStore, type InStore } from './inspect-store.ts'
import { takeApart, type RailsMessage } from './rails-message.ts'
import { receivedCookie } from './received-cookie.ts'
import type { BillingSession } from './sessions.ts'

/** The pipeline of one request, as the inspector shows it: session → JSON → where it lives → Set-Cookie. */
export interface Inspection {
  readonly name: string
  /** The session cookie that the browser sent. */
  readonly received:
    | { readonly value: string; readonly opened: OpenedValue; readonly rails: RailsMessage | undefined }
    | undefined
  readonly status: SessionStatus
  /** Why what the browser sent gave no session, where it gave none. */
  readonly refused: RefusedReason | undefined
  /** What the server's record says of whoever came; `undefined` while it does not answer. */
  readonly identity: BillingStatus | undefined
  readonly size: SessionSize
  readonly json: string
  /** Whether there is an entry of the identity's in it, which no handler gets. */
  readonly hasIdentity: boolean
  readonly lives: InCookie | InStore
}

/** Under which name the ledger accounts for what `coatcheck/identity` keeps in a session. */
const IDENTITY_KEY = '_identity'

/** Call it last: it shows the session as the handler left it. It is kept, and the cookie sealed, when the headers leave. */
export async function inspectRequest(req: Request, identity: BillingStatus | undefined): Promise<Inspection> {
  const session = sessions.of(req)
  const value = receivedCookie(req)
  const { size, status, refused } = session
  // Spreading gives the data and leaves out what the session itself answers to.
  const data = { ...session } as Partial<BillingSession> // as: only the type allows keys that are there and undefined
  const rails = value === undefined || kind === 'compact' ? undefined : takeApart(value)
  return {
    name: sessions.name,
    received: value === undefined ? undefined : { value, opened: sessions.open(value), rails },
    status,
    refused,
    identity,
    size,
    json: JSON.stringify(data),
    hasIdentity: IDENTITY_KEY in size.byKey,
    lives: place === undefined ? inspectCookie(session, data, value) : await inspectStore(req, place),
  }
}
