import type { OpenedValue, SessionSize, SessionStatus } from 'coatcheck'
import type { Request } from 'express'
import { kind, sessions } from './billing-sessions.ts'
import type { BillingStatus } from './identity.ts'
import { takeApart, type RailsMessage } from './rails-message.ts'
import { receivedCookie } from './received-cookie.ts'
import type { BillingSession } from './sessions.ts'

/** The pipeline of one request, as the inspector shows it: session → JSON → sealed → Set-Cookie. */
export interface Inspection {
  readonly name: string
  /** The session cookie that the browser sent. */
  readonly received:
    | { readonly value: string; readonly opened: OpenedValue; readonly rails: RailsMessage | undefined }
    | undefined
  readonly status: SessionStatus
  /** What the server's record says of whoever came; `undefined` while it does not answer. */
  readonly identity: BillingStatus | undefined
  readonly size: SessionSize
  /** What the browser will hold after this response; 0 when it holds no session. */
  readonly cookieBytes: number
  /** Whether that is an estimate: how many characters of a Rails cookie are percent-encoded is up to chance. */
  readonly isEstimate: boolean
  readonly json: string
  /** The same data sealed once more: what leaves has a nonce of its own, and the identity's entry, which no handler gets. */
  readonly sealed: string
  /** Whether there is such an entry in what leaves. */
  readonly hasIdentity: boolean
  /** Its parts, where it is a Rails cookie. */
  readonly rails: RailsMessage | undefined
  /** Whether this response will carry Set-Cookie. */
  readonly sends: boolean
}

/** Under which name the ledger accounts for what `coatcheck/identity` keeps in a session. */
const IDENTITY_KEY = '_identity'

const WRITTEN: ReadonlySet<SessionStatus> = new Set(['touched', 'changed', 'renewed'])

/** Call it last: it shows the session as the handler left it. The cookie itself is sealed when the headers leave. */
export function inspectRequest(req: Request, identity: BillingStatus | undefined): Inspection {
  const session = sessions.of(req)
  const value = receivedCookie(req)
  const { size, status } = session
  // Spreading gives the data and leaves out what the session itself answers to.
  const data = { ...session } as Partial<BillingSession> // as: only the type allows keys that are there and undefined
  const sends = WRITTEN.has(status)
  const isRails = kind === 'rails'
  const sealed = sessions.seal(data)
  const apart = (text: string): RailsMessage | undefined => (isRails ? takeApart(text) : undefined)
  return {
    name: sessions.name,
    received: value === undefined ? undefined : { value, opened: sessions.open(value), rails: apart(value) },
    status,
    identity,
    size,
    cookieBytes: sends ? size.bytes : session.isNew ? 0 : sessions.name.length + (value?.length ?? 0),
    isEstimate: isRails && sends,
    json: JSON.stringify(data),
    sealed,
    hasIdentity: IDENTITY_KEY in size.byKey,
    rails: apart(sealed),
    sends,
  }
}
