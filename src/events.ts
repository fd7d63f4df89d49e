import { channel } from 'node:diagnostics_channel'
import type { RefusedReason } from './errors.ts'
import type { IdentityEvent } from './identity/events.ts'
import type { PersistenceEvent } from './persistence/persistence.ts'

/**
 * What an operator may want to count. Events name cookies, reasons and key ids; never a value, a secret or session data.
 *
 * | type | when |
 * |---|---|
 * | `refused` | a cookie was not accepted; `reason` says why. A request without a cookie is no event. |
 * | `duplicate` | other cookies of the same name were ignored, `count` of them |
 * | `opened-by-previous-secret` | a cookie still carries the seal of secret number `secret`; when these stop, it may go |
 * | `opened-previous-cookie` | a session was taken over from the previous cookie `previous`; when these stop, it need not be read any more |
 * | `migrated` | an old session's data went through `migrate` |
 * | `overflow` | a write was refused because the cookie, or the session in its store, would have had `bytes` bytes |
 * | `renewed` | a session got a new id by `renew()` |
 * | `destroyed` | a session was ended, by `destroy()` or `reset()` |
 *
 * Those of user sessions are `IdentityEvent`s, those of server stores `PersistenceEvent`s.
 */
export type SessionEvent = { readonly cookie: string; /** Milliseconds since 1970. */ readonly at: number } & (
  | { readonly type: 'refused'; readonly reason: RefusedReason }
  | { readonly type: 'duplicate'; readonly count: number }
  | { readonly type: 'opened-by-previous-secret'; readonly keyId: string; readonly secret: number }
  | { readonly type: 'opened-previous-cookie'; readonly previous: string }
  | { readonly type: 'overflow'; readonly bytes: number }
  | { readonly type: 'migrated' | 'renewed' | 'destroyed' }
  | IdentityEvent
  | PersistenceEvent
)

/** An event before it is dated and named. */
export type EventFacts = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, 'cookie' | 'at'>
    : never
  : never

/** @param cookie another cookie than the session's, where the event is about one */
export type Emit = (facts: EventFacts, cookie?: string) => void

/**
 * Tells `onEvent` and the `node:diagnostics_channel` named `coatcheck:<type>`. An observer that throws becomes a process
 * warning: watching must not break what is watched.
 */
export function createEmit(
  sessionCookie: string,
  clock: () => number,
  onEvent: ((event: SessionEvent) => void) | undefined,
): Emit {
  return (facts, cookie = sessionCookie) => {
    const subscribers = channel(`coatcheck:${facts.type}`)
    if (onEvent === undefined && !subscribers.hasSubscribers) return
    const event = { ...facts, cookie, at: clock() } as SessionEvent // as: spreading a union loses its members
    subscribers.publish(event)
    try {
      onEvent?.(event)
    } catch (error) {
      process.emitWarning(
        `coatcheck: onEvent threw for ${facts.type}: ${error instanceof Error ? error.message : 'unknown'}`,
      )
    }
  }
}
