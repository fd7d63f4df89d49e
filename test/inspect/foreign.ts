import { railsFormat, KeyGenerator, type RailsOptions } from '../../src/rails/index.ts'
import { gcmScheme } from '../../src/rails/schemes.ts'

export const NAME = '_billing_session'
export const SECRET_KEY_BASE = 'c0a7c4ec'.repeat(16)
export const ID = '5f1d3b9a7c2e4f60819ab0c1d2e3f405'
const NOW: number = Date.UTC(2026, 0, 2, 3, 4, 5)
export const clock = (): number => NOW

/** The value that a foreign writer with the right key would send for this plaintext, escaped; the same one every time. */
export function sealPlaintext(plaintext: string | Buffer, nonce = 0): string {
  const key = new KeyGenerator(SECRET_KEY_BASE, { iterations: 1000, hashDigest: 'SHA256' }).generateKey(
    'authenticated encrypted cookie',
    32,
  )
  return encodeURIComponent(
    gcmScheme('aes-256-gcm', key, 'right').seal(Buffer.from(plaintext), Buffer.alloc(12, nonce)),
  )
}

/** An envelope as Rails writes it, with other members where they are given. */
export function envelope(
  payload: string | Buffer,
  members: { readonly exp?: unknown; readonly pur?: unknown } = {},
): string {
  const message = Buffer.from(payload).toString('base64')
  return JSON.stringify({ _rails: { message, exp: null, pur: `cookie.${NAME}`, ...members } })
}

/** A session's JSON with these members behind its id. */
export function session(members = ''): string {
  return `{"session_id":"${ID}"${members}}`
}

/** The same, unescaped, and with a `+` in it. */
export function withPlus(): string {
  for (let nonce = 0; ; nonce++) {
    const value = decodeURIComponent(sealPlaintext(envelope(session()), nonce))
    if (value.includes('+')) return value
  }
}

/** A cookie of `cookies.signed`. */
export function signedHere(value: string): string {
  const sealers = railsFormat({ secretKeyBase: SECRET_KEY_BASE, defaults: '8.1' }).sealers(clock)(NAME)
  return sealers.signed.seal(value, NOW / 1000, undefined)
}

/** What our own side seals under these settings. */
export function sealedHere(options: Partial<RailsOptions>, json = session(',"user_id":42')): string {
  const format = railsFormat({ secretKeyBase: SECRET_KEY_BASE, defaults: '8.1', ...options })
  const { session_id: id, ...data } = JSON.parse(json) as { session_id: string } // as: the tests write it
  return format.session(NAME, clock).seal({ id, data, created: 0, slid: 0, persistent: false })
}
