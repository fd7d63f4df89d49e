import { isError } from './errors.ts'
import { channel, type Channel, type ChannelListener } from 'node:diagnostics_channel'
import type { RefusedReason } from './errors.ts'
import type { AnswerEvent } from './exchange.ts'
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
 * Those of user sessions are `IdentityEvent`s, those of server stores `PersistenceEvent`s, those of answers `AnswerEvent`s.
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
  | AnswerEvent
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
 * Tells `onEvent` and the `node:diagnostics_channel` named `coatcheck:<type>`. An observer that throws or is rejected becomes a
 * process warning, the first time for each type: watching must not break what is watched.
 */
export function createEmit(
  sessionCookie: string,
  clock: () => number,
  onEvent: ((event: SessionEvent) => void) | undefined,
): Emit {
  const warned = new Set<string>()
  const warn = (who: string, error: unknown): void => {
    if (warned.has(who)) return
    warned.add(who)
    process.emitWarning(`coatcheck: ${who} failed: ${isError(error) ? error.message : 'unknown'}`)
  }
  const hear = (who: string, observer: () => unknown): void => {
    try {
      const heard = observer()
      // Of any kind, as an `async` observer may come from another realm.
      if (typeof heard === 'object' && heard !== null && 'then' in heard)
        Promise.resolve(heard).catch((error: unknown) => warn(who, error))
    } catch (error) {
      warn(who, error)
    }
  }
  return (facts, cookie = sessionCookie) => {
    const name = `coatcheck:${facts.type}`
    const subscribed = channel(name)
    if (onEvent === undefined && !subscribed.hasSubscribers) return
    const event = { ...facts, cookie, at: clock() } as SessionEvent // as: spreading a union loses its members
    for (const tell of subscribersOf(subscribed)) hear(`a subscriber of ${name}`, () => tell(event, name))
    if (onEvent !== undefined) hear(`onEvent for ${facts.type}`, () => onEvent(event))
  }
}

/**
 * They are called by us: `publish` makes an uncaught exception of what one throws, out of reach of any `catch`, and that ends the
 * process. Where a runtime does not keep them as Node does, `publish` it is.
 */
function subscribersOf(subscribed: Channel & { readonly _subscribers?: unknown }): readonly ChannelListener[] {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own name for them
  const subscribers = subscribed._subscribers
  if (Array.isArray(subscribers)) return [...(subscribers as ChannelListener[])] // as: what `subscribe` takes
  return subscribed.hasSubscribers ? [(event) => subscribed.publish(event)] : []
}
