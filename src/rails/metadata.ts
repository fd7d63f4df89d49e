import { decodeStrict } from './base64.ts'

/** What a message says of itself beside its payload. */
export interface Metadata {
  /** What it is for, as `cookie._billing_session`. */
  readonly purpose?: string | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/** How a Rails version tells an envelope from a bare payload. */
export type EnvelopeRule = 'prefix' | 'parsed'

/** What an envelope says, opened but not judged: text, or whatever else a foreign writer put. */
export interface EnvelopeFields {
  readonly exp: unknown
  readonly pur: unknown
}

/** What a message must be for, `undefined` for nothing in particular, and whether it may say nothing instead. */
export interface ExpectedPurpose {
  readonly expected: string | undefined
  readonly mayBeAbsent: boolean
}

const PREFIX = '{"_rails":{"message":'

/**
 * `{"_rails":{"message":"…","exp":…,"pur":…}}` around `payload`: these keys, this order, no blanks, because Rails 7.1 knows
 * an envelope by its first bytes (active_support/messages/metadata.rb). Without metadata the payload stays bare.
 *
 * @param jsonText how Rails would write a string as JSON
 * @returns bytes that are good only until the next call
 */
export function wrap(payload: Buffer, { purpose, expiresAt }: Metadata, jsonText: (text: string) => string): Buffer {
  if (purpose === undefined && expiresAt === undefined) return payload
  const exp = expiresAt === undefined ? 'null' : `"${isoTextOf(expiresAt)}"`
  const pur = purpose === undefined ? 'null' : jsonText(purpose)
  const text = `${PREFIX}"${payload.toString('base64')}","exp":${exp},"pur":${pur}}}`
  return text.length <= scratch.length / 3 ? scratch.subarray(0, scratch.write(text)) : Buffer.from(text)
}

/** Room for the envelope of any cookie. */
const scratch = Buffer.allocUnsafeSlow(3 * 4096)

/** The envelope that `plaintext` is; `undefined` where it is a bare payload; `malformed` where it is neither. */
export function unwrap(
  plaintext: Buffer,
  rule: EnvelopeRule,
): (EnvelopeFields & { readonly payload: Buffer }) | undefined | 'malformed' {
  const written = readWritten(plaintext)
  if (written !== undefined) return written
  if (rule === 'prefix' && !plaintext.subarray(0, PREFIX.length).equals(Buffer.from(PREFIX))) return undefined
  const envelope = parseEnvelope(plaintext.toString())
  if (envelope === undefined) return rule === 'prefix' ? 'malformed' : undefined
  const { message, exp, pur } = envelope
  const payload = typeof message === 'string' ? decodeStrict(message) : undefined
  return payload === undefined ? 'malformed' : { payload, exp, pur }
}

/** Why an envelope is not accepted at `now`, or `undefined` when it is. */
export function judge(
  { exp, pur }: EnvelopeFields,
  now: number,
  { expected, mayBeAbsent }: ExpectedPurpose,
  rule: EnvelopeRule,
): 'tampered' | 'expired-absolute' | 'malformed' | undefined {
  // Rails compares purposes as text, those that were written as `true` or 1 too.
  const given = typeof pur === 'number' || typeof pur === 'boolean' ? String(pur) : (pur ?? '')
  if (given === '' ? !mayBeAbsent && expected !== undefined : given !== expected) return 'tampered'
  return judgeExpiry(exp, now, rule)
}

/** When an envelope ends, in milliseconds since 1970; `undefined` when it does not say. */
export function expiryOf(exp: unknown): number | undefined {
  const at = typeof exp === 'string' ? isoMilliseconds(exp) : undefined
  return at === undefined || Number.isNaN(at) ? undefined : at
}

/**
 * Rails compares `now >= exp`. It writes ISO 8601 in UTC with milliseconds and reads any ISO 8601 time. A number it
 * compares as a Julian day, so that seconds since 1970 never end; only a holder of the secret can have written one.
 */
function judgeExpiry(exp: unknown, now: number, rule: EnvelopeRule): 'expired-absolute' | 'malformed' | undefined {
  if (exp === null || exp === undefined || (exp === false && rule === 'prefix')) return undefined
  if (typeof exp === 'number') return julianDay(now) >= exp ? 'expired-absolute' : undefined
  const at = typeof exp === 'string' ? isoMilliseconds(exp) : undefined
  if (at === undefined || Number.isNaN(at)) return 'malformed'
  return now >= at ? 'expired-absolute' : undefined
}

function julianDay(milliseconds: number): number {
  return milliseconds / 86_400_000 + 2_440_587.5
}

/** The last moment that a JavaScript date has, in the year 275,760. */
const LATEST = 8.64e15

/** As Ruby writes it: a year of five digits or more without the sign that JavaScript puts in front. */
function isoTextOf(milliseconds: number): string {
  return new Date(Math.min(milliseconds, LATEST)).toISOString().replace(/^\+0*/, '')
}

const ISO = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/i

/** A time without a zone is taken as UTC; Rails would take the server's own. */
function isoMilliseconds(text: string): number | undefined {
  if (!ISO.test(text)) return undefined
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`
  return Date.parse(zoned.toUpperCase().replace(/^\d{5,6}-/, (year) => `+${year.padStart(7, '0')}`))
}

/**
 * An envelope as Rails writes it, whose message is found without being parsed: strict base64 has no character that means
 * anything to JSON, so what is around it parses alike without it. `undefined` for any other, which is parsed whole.
 */
function readWritten(plaintext: Buffer): (EnvelopeFields & { readonly payload: Buffer }) | undefined {
  const text = plaintext.toString('latin1') // a character for each byte, so that places in one are places in the other
  if (!text.startsWith(START)) return undefined
  const end = text.indexOf('"', START.length)
  const payload = end < 0 ? undefined : decodeStrict(text.slice(START.length, end))
  if (payload === undefined) return undefined
  const tail = text.slice(end)
  if (tail !== lastTail.bytes) {
    const fields = parseEnvelope(`${START}${plaintext.toString('utf8', end)}`)
    if (fields?.message !== '') return undefined
    // A copy: what is cut from a text keeps all of it in memory.
    lastTail = { bytes: plaintext.toString('latin1', end), exp: fields.exp, pur: fields.pur }
  }
  return { payload, exp: lastTail.exp, pur: lastTail.pur }
}

const START = `${PREFIX}"`

/** What is behind the message is the same in every cookie of a name that does not end: it is parsed once. */
let lastTail: EnvelopeFields & { readonly bytes: string } = { bytes: '', exp: null, pur: null }

function parseEnvelope(text: string): { message: unknown; exp: unknown; pur: unknown } | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, '_rails')) return undefined
  const { _rails: inner } = parsed as { _rails: unknown } // as: hasOwn says so
  if (typeof inner !== 'object' || inner === null) return undefined
  const { message, exp, pur } = inner as { message?: unknown; exp?: unknown; pur?: unknown } // as: all are unknown
  return { message, exp, pur }
}
