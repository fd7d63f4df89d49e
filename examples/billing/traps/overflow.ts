import type { SessionSize } from 'coatcheck'
import { sessions } from '../billing-sessions.ts'
import { keepSnapshot } from './mistakes.ts'
import { runMistake } from './run-mistake.ts'
import { sourceOf } from './source.ts'
import type { Trap } from './trap.ts'

/** The size in the article's error message. */
const WANTED_BYTES = 6128

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
    const missing = roomFor('snapshot', session.size) - Buffer.byteLength(JSON.stringify(snapshot))
    const grown = snapshot.padEnd(snapshot.length + missing)
    return runMistake('Refused before the cookie was written: no half-committed response, no lost session.', () =>
      keepSnapshot(session, grown),
    )
  },
}

/** How many bytes of JSON the value of `key` must have for the cookie to take exactly `WANTED_BYTES`. */
function roomFor(key: string, { bytes, byKey }: SessionSize): number {
  const pairs = Object.values(byKey)
  const commas = Math.max(0, pairs.length - 1)
  const json = '{}'.length + commas + pairs.reduce((sum, pair) => sum + pair, 0)
  const fixed = sealedBytes(bytes) - json
  const comma = pairs.length === 0 ? 0 : 1
  return sealedBytes(WANTED_BYTES) - fixed - json - comma - `"${key}":`.length
}

/** What a cookie of that size holds: 4 characters of base64url carry 3 bytes (JSON, and the seal's key id, nonce, tag …). */
function sealedBytes(cookieBytes: number): number {
  return Math.floor(((cookieBytes - sessions.name.length) * 3) / 4)
}
