import type { SessionSize } from 'coatcheck'
import { kind, place, sessions } from '../billing-sessions.ts'
import { formatNumber } from '../format.ts'
import { keepSnapshot } from './mistakes.ts'
import { runMistake } from './run-mistake.ts'
import { sourceOf } from './source.ts'
import type { Fact, Trap } from './trap.ts'

/** The size in the article's error message. */
const WANTED_BYTES = 6128
const REFUSED =
  place === undefined
    ? 'Refused before the cookie was written: no half-committed response, no lost session.'
    : `${place.title} has room for it, and it is refused all the same: what is that large is state, wherever a session lives.`
/** Why no session of ours makes it exactly: see `railsJsonBytes`. */
const NEAREST =
  'Rails’ base64 within base64 goes in steps: 6,124 or 6,132 bytes by its own count for a cookie of this name, never 6,128. This is the nearest below; browsers count the escaped value, which is longer.'

export const overflow: Trap = {
  id: 'overflow',
  title: '6,128 bytes',
  seed: 'It doesn’t fail in your controller. It fails deep in the framework, long after your action has finished executing.',
  code: sourceOf('mistakes.ts', 'keepSnapshot'),
  compilerNote:
    'Nothing: text is text to a type. How much of it is too much shows when the line runs, at that very line.',
  buttons: [{ action: 'run', label: 'Store 6,128 bytes' }],
  run: ({ session, account, invoices }) => {
    // The way around the record check that somebody finds: the record and what hangs on it, as text.
    const snapshot = JSON.stringify({ account, invoices })
    // JSON.stringify once more, because the session writes the text's quotes as \", which takes room too.
    const missing = roomFor('snapshot', session.size) - Buffer.byteLength(written(snapshot))
    const grown = snapshot.padEnd(snapshot.length + missing)
    const outcome = runMistake(REFUSED, () => keepSnapshot(session, grown))
    return { ...outcome, facts: [...outcome.facts, ...remarks(session.size)] }
  },
}

function remarks({ limit }: SessionSize): Fact[] {
  if (kind === 'rails') return [{ label: 'Why not 6,128', text: NEAREST }]
  if (place === undefined) return []
  const room = `The session would have ${formatNumber(WANTED_BYTES)} of ${formatNumber(limit)} bytes.`
  return [{ label: 'Room in the store', text: `${room} With guard: 'json' it would be stored.` }]
}

/** The JSON of a text as the session writes it: Rails has three more characters to escape. */
function written(text: string): string {
  const json = JSON.stringify(text)
  return kind === 'compact' ? json : json.replaceAll(/[<>&]/g, '\\u00xx')
}

/** How many bytes of JSON the value of `key` must have for the cookie, or the session in its store, to take `WANTED_BYTES`. */
function roomFor(key: string, { bytes, byKey }: SessionSize): number {
  const pairs = Object.values(byKey)
  const commas = Math.max(0, pairs.length - 1)
  const json = '{}'.length + commas + pairs.reduce((sum, pair) => sum + pair, 0)
  const comma = pairs.length === 0 ? 0 : 1
  if (place !== undefined) return WANTED_BYTES - json - comma - `"${key}":`.length
  const all = kind === 'rails' ? railsJsonBytes() : sealedBytes(WANTED_BYTES) - sealedBytes(bytes) + json
  return all - json - comma - `"${key}":`.length
}

/** What a cookie of that size holds: 4 characters of base64url carry 3 bytes (JSON, and the seal's key id, nonce, tag …). */
function sealedBytes(cookieBytes: number): number {
  return Math.floor(((cookieBytes - sessions.name.length) * 3) / 4)
}

/** The longest JSON whose cookie takes no more than `WANTED_BYTES` as Rails 8.1 counts them: name and value, unescaped. */
function railsJsonBytes(): number {
  const payload = WANTED_BYTES - sessions.name.length - '--'.length - 16 - '--'.length - 24
  const fields = `{"_rails":{"message":"","exp":null,"pur":"cookie.${sessions.name}"}}`
  const message = unbase64(payload) - fields.length
  return unbase64(message) - `"session_id":"${'0'.repeat(32)}",`.length
}

/** How many bytes at most have a base64 of no more than that many characters. */
function unbase64(characters: number): number {
  return Math.floor(characters / 4) * 3
}
