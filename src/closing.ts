import { COOKIE_LIMIT, cookieBytes, overflowError } from './cookies/budget.ts'
import { inPlaceOf, newSessionId } from './cookies/lineage.ts'
import { RecentWrites } from './cookies/recent-writes.ts'
import type { SessionFormat } from './cookies/session-format.ts'
import { cookieWriter, expireCookie, type CookieContext } from './cookies/set-cookie.ts'
import type { Emit } from './events.ts'
import type { CheckedOptions } from './options.ts'
import { NO_ADDITIONS } from './session/counter.ts'
import type { SessionRecord } from './session/host.ts'
import { secondsLeft } from './session/lifetime.ts'
import type { Outcome, Write, WriteCause } from './session/outcome.ts'
import { nullObject } from './serializers/plain.ts'
import { ticketIn } from './persistence/ticket.ts'

/**
 * The Set-Cookie lines for what became of a session.
 *
 * @param began when the request came, by `performance.now()`
 */
export type Closing = (
  outcome: Outcome,
  context: CookieContext,
  cookieHeader: string | undefined,
  began: number,
) => readonly string[]

type Sent = Exclude<Outcome, { readonly verb: 'nothing' }>

const NO_LINES: readonly string[] = []
const NO_RECORDS: readonly SessionRecord[] = []

/** Of a response that says what the request's cookie said, for longer. It must not undo what another one said meanwhile. */
const SAYS_NOTHING_NEW: ReadonlySet<WriteCause> = new Set(['slide', 'resealed', 'migrated', 'touched'])
/** The session keeps its id. */
const GOES_ON: ReadonlySet<WriteCause> = new Set([...SAYS_NOTHING_NEW, 'changed'])

/**
 * How long a request that only reads may take and still prolong its session. Other processes may have written to it meanwhile, and
 * this one cannot know. The next quick request does it; once half of the idle timeout has passed, a slow one does, too.
 */
const QUICK_MILLISECONDS = 1000

/** How a session's cookie leaves: what of the browser's cookies it replaces, and when it had better not leave at all. */
export function createClosing(
  format: SessionFormat,
  { attributes, formerly, lifetime, previous }: CheckedOptions,
  brought: (cookieHeader: string | undefined) => readonly SessionRecord[],
  emit: Emit,
  now: () => number,
): Closing {
  const { name } = attributes
  const writeCookie = cookieWriter(attributes)
  const recent = new RecentWrites()

  const fits = (record: SessionRecord): boolean =>
    cookieBytes(name, '') + format.sealedLength(Buffer.byteLength(JSON.stringify(record.data))) <= COOKIE_LIMIT

  /** Whether something newer may have reached the browser while the request ran. */
  const isLate = (write: Write, header: string | undefined, began: number): boolean => {
    if (!SAYS_NOTHING_NEW.has(write.because)) return false
    if (recent.isAfter(write.record.id, began)) return true
    if (write.because === 'touched' || performance.now() - began <= QUICK_MILLISECONDS) return false
    const came = brought(header).find(({ id }) => id === write.record.id)
    return came !== undefined && (now() - came.slid) * 2 < lifetime.idleSeconds
  }

  /** The same outcome, which counts beside cookies of our name that it cannot overwrite: of another domain or path. */
  const besideOthers = (outcome: Sent, came: readonly SessionRecord[]): Sent => {
    if (came.length < 2) return outcome
    if (outcome.verb === 'write') {
      const { record } = outcome
      if (came.some(({ id }) => id === record.id)) return outcome
      const named = { ...record, data: inPlaceOf(came, record.data) }
      return fits(named) ? { ...outcome, record: named } : outcome
    }
    return came.some(({ data }) => ticketIn(data) === undefined) ? emptyInPlaceOf(came, now()) : outcome
  }

  const sessionCookie = (outcome: Sent, context: CookieContext): string => {
    if (outcome.verb === 'expire') {
      emit({ type: 'destroyed' })
      return expireCookie(attributes, context)
    }
    const { record, because } = outcome
    const value = format.seal(record)
    const bytes = cookieBytes(name, value)
    if (bytes > COOKIE_LIMIT) throw overflowError(name, bytes)
    if (because === 'renewed') emit({ type: 'renewed' })
    if (because === 'reset') emit({ type: 'destroyed' })
    return writeCookie(value, context, record.persistent ? secondsLeft(record, lifetime, now()) : undefined)
  }

  return (outcome, context, header, began) => {
    if (outcome.verb === 'nothing') return NO_LINES
    if (outcome.verb === 'write' && isLate(outcome, header, began)) return NO_LINES
    const at = performance.now()
    const goesOn = outcome.verb === 'write' && GOES_ON.has(outcome.because) && outcome.origin === 'same'
    const came = goesOn ? NO_RECORDS : brought(header)
    if (goesOn) recent.note(outcome.record.id, at)
    for (const { id } of came) recent.note(id, at)
    const line = sessionCookie(besideOthers(outcome, came), context)
    if (formerly.length === 0 && previous.length === 0) return [line]
    const former = formerly.map((scope) => expireCookie(scope, context))
    // A set, because two previous cookies may have one name.
    return [...new Set([...previous.flatMap((cookie) => cookie.end(header, outcome, context)), ...former]), line]
  }
}

/**
 * What an ended session leaves behind where the browser has several cookies of its name: an empty session that counts in the place
 * of them all. To end one cookie would let the others count again.
 */
function emptyInPlaceOf(came: readonly SessionRecord[], now: number): Write {
  const persistent = came.some((record) => record.persistent)
  const record = { id: newSessionId(), created: now, slid: now, persistent, data: inPlaceOf(came, nullObject()) }
  return {
    verb: 'write',
    because: 'reset',
    origin: 'instead',
    isTouched: false,
    isSignIn: false,
    additions: NO_ADDITIONS,
    record,
  }
}
