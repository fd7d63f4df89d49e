import { createDecipheriv } from 'node:crypto'
import { KeyGenerator } from 'coatcheck/rails'
import { z } from 'zod'
import { readSecrets } from './sessions.ts'

/** The cookie of a Rails application taken apart: `payload--iv--tag`. */
export interface RailsMessage {
  readonly parts: readonly RailsPart[]
  /** What the payload decrypts to; `undefined` when none of our secrets opens it. */
  readonly envelope: RailsEnvelope | undefined
}

interface RailsPart {
  readonly name: 'payload' | 'iv' | 'tag'
  /** Base64, as it is before the value is percent-encoded. */
  readonly text: string
  readonly bytes: number
  readonly meaning: string
}

/** `{"_rails":{"message":"…","exp":…,"pur":…}}` */
interface RailsEnvelope {
  /** The session's JSON, which `message` is the base64 of, without the proof of who is signed in. */
  readonly message: string
  /** How many characters it has with that. */
  readonly length: number
  readonly exp: string | null
  readonly pur: string | null
}

const NAMES = ['payload', 'iv', 'tag'] as const // as const: three names and no more
const MEANINGS = {
  payload: 'ciphertext: the envelope, encrypted by AES-256-GCM',
  iv: 'the nonce, drawn anew for every seal',
  tag: 'authentication tag: one bit changed anywhere, and it does not fit',
}

const rails = z.object({
  _rails: z.object({ message: z.string(), exp: z.string().nullable(), pur: z.string().nullable() }),
})

// What Rails' own key generator does: PBKDF2 over secret_key_base, 1,000 times SHA-256 from load_defaults 7.0.
const keys = readSecrets(process.env['SESSION_SECRET']).map((secret) =>
  new KeyGenerator(secret, { iterations: 1000, hashDigest: 'SHA256' }).generateKey(
    'authenticated encrypted cookie',
    32,
  ),
)

/**
 * For the inspector alone: an application has `sessions`, which does this and more. Not even Node's crypto is hidden here, so
 * that the page shows what the format is made of.
 *
 * @param value as it stands in the header
 */
export function takeApart(value: string): RailsMessage | undefined {
  const texts = decodeURIComponent(value).split('--')
  if (texts.length !== NAMES.length) return undefined
  const parts = NAMES.map((name, at) => {
    const text = texts[at] ?? ''
    return { name, text, bytes: Buffer.from(text, 'base64').length, meaning: MEANINGS[name] }
  })
  const [payload = NOTHING, iv = NOTHING, tag = NOTHING] = texts.map((text) => Buffer.from(text, 'base64'))
  const plaintext = keys.map((key) => decrypt(key, payload, iv, tag)).find((text) => text !== undefined)
  return { parts, envelope: plaintext === undefined ? undefined : readEnvelope(plaintext) }
}

const NOTHING = Buffer.alloc(0)

function decrypt(key: Buffer, payload: Buffer, iv: Buffer, tag: Buffer): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    decipher.setAuthTag(tag)
    return decipher.update(payload, undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined // another key's, or tampered with, or no message at all
  }
}

function readEnvelope(plaintext: string): RailsEnvelope {
  const { message, exp, pur } = rails.parse(JSON.parse(plaintext))['_rails']
  const json = Buffer.from(message, 'base64').toString('utf8')
  return { message: withoutProof(json), length: json.length, exp, pur }
}

/**
 * The visitor's own cookie, and still the proof in it is not for a page: whoever sees the screen, or a copy of the page, would
 * have the credential that the seal keeps from them.
 */
function withoutProof(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === '_identity' ? 'withheld' : value))
}
