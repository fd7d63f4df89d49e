import type { OpenedValue, SessionSize, SessionStatus } from 'coatcheck'
import type { Request } from 'express'
import { sessions } from './billing-sessions.ts'
import type { BillingSession } from './sessions.ts'

/** The pipeline of one request, as the inspector shows it: session → JSON → sealed → Set-Cookie. */
export interface Inspection {
  readonly name: string
  /** The session cookie that the browser sent. */
  readonly received: { readonly value: string; readonly opened: OpenedValue } | undefined
  readonly status: SessionStatus
  readonly size: SessionSize
  /** What the browser will hold after this response; 0 when it holds no session. */
  readonly cookieBytes: number
  readonly json: string
  /** The same data sealed once more: what leaves has a nonce of its own and the same length. */
  readonly sealed: string
  /** Whether this response will carry Set-Cookie. */
  readonly sends: boolean
}

const WRITTEN: ReadonlySet<SessionStatus> = new Set(['touched', 'changed', 'renewed'])

/** Call it last: it shows the session as the handler left it. The cookie itself is sealed when the headers leave. */
export function inspectRequest(req: Request): Inspection {
  const session = sessions.of(req)
  const value = sessions.jar(req).get(sessions.name)
  const { size, status } = session
  // Spreading gives the data and leaves out what the session itself answers to.
  const data = { ...session } as Partial<BillingSession> // as: only the type allows keys that are there and undefined
  const sends = WRITTEN.has(status)
  return {
    name: sessions.name,
    received: value === undefined || value === '' ? undefined : { value, opened: sessions.open(value) },
    status,
    size,
    cookieBytes: sends || !session.isNew ? size.bytes : 0,
    json: JSON.stringify(data),
    sealed: sessions.seal(data),
    sends,
  }
}
