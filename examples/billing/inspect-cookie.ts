import type { Session } from 'coatcheck'
import { kind, sessions } from './billing-sessions.ts'
import { takeApart, type RailsMessage } from './rails-message.ts'
import type { BillingSession } from './sessions.ts'
import { isWritten } from './is-written.ts'

/** What the inspector shows of a session that lives in the cookie. */
export interface InCookie {
  readonly where: 'cookie'
  /** What the browser will hold after this response; 0 when it holds no session. */
  readonly cookieBytes: number
  /** Whether that is an estimate: how many characters of a Rails cookie are percent-encoded is up to chance. */
  readonly isEstimate: boolean
  /** The same data sealed once more: what leaves has a nonce of its own, and the identity's entry, which no handler gets. */
  readonly sealed: string
  /** Its parts, where it is a Rails cookie. */
  readonly rails: RailsMessage | undefined
  /** Whether this response will carry Set-Cookie. */
  readonly sends: boolean
}

/** @param received the cookie's value as it came */
export function inspectCookie(
  { isNew, size, status }: Session<BillingSession>,
  data: Partial<BillingSession>,
  received = '',
): InCookie {
  const sends = isWritten(status)
  const sealed = sessions.seal(data)
  return {
    where: 'cookie',
    cookieBytes: sends ? size.bytes : isNew ? 0 : sessions.name.length + received.length,
    isEstimate: kind === 'rails' && sends,
    sealed,
    rails: kind === 'rails' ? takeApart(sealed) : undefined,
    sends,
  }
}
