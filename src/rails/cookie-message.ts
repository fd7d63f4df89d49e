import type { RefusedReason } from '../errors.ts'
import { createCodec, type OpenedMessage } from './codec.ts'
import { KeyGenerator, type RailsDigest } from './key-generator.ts'
import { nullSerializer } from './message-serializer.ts'
import { isAtLeast, type KeySettings, type RailsSettings, type Salts } from './options.ts'
import { readRotated } from './rotation.ts'
import { cbcScheme, escapedGcmScheme, escapedScheme, type Scheme } from './schemes.ts'
import { signedScheme } from './signed-scheme.ts'

/** What a cookie's message turned out to hold. */
export type OpenedCookie =
  | (OpenedMessage<Buffer> & {
      readonly ok: true
      /** 0 for the current way to seal, above it the place in the rotations. */
      readonly rotation: number
    })
  | { readonly ok: false; readonly reason: RefusedReason }

/**
 * The messages of one cookie, percent-encoded as in its header: its name is their purpose, their value is what the jar's
 * own serializer wrote.
 */
export interface CookieMessages {
  /** @param expiresAt milliseconds since 1970 */
  seal(value: Buffer, expiresAt: number | undefined, iv?: Buffer): string
  /** @param now milliseconds since 1970 */
  open(message: string, now: number): OpenedCookie
}

/** Messages of `cookies.encrypted` (action_dispatch/middleware/cookies.rb). */
export function encryptedMessages(settings: RailsSettings): (cookieName: string) => CookieMessages {
  const { keys, rotations, salts, version, cookiesDigest } = settings
  const schemes = [keys, ...rotations.filter(({ kind }) => kind !== 'signed')].map((way) =>
    encryptedScheme(way, settings),
  )
  // What Rails reads besides: a GCM application CBC cookies, and since 6.1 a CBC application GCM cookies.
  if (keys.authenticatedEncryption && salts.encrypted !== null && salts.encryptedSigned !== null) {
    schemes.push(legacyCbc(keys, salts, settings, cookiesDigest))
  } else if (!keys.authenticatedEncryption && salts.authenticatedEncrypted !== null && isAtLeast(version, '6.1')) {
    schemes.push(encryptedScheme({ ...keys, authenticatedEncryption: true }, settings))
  }
  return messagesOf(schemes, settings)
}

/** Messages of `cookies.signed`. */
export function signedMessages(settings: RailsSettings): (cookieName: string) => CookieMessages {
  const { keys, rotations, salts } = settings
  const schemes = [keys, ...rotations.filter(({ kind }) => kind !== 'encrypted')].map((way) =>
    escapedScheme(signedScheme(way.signedDigest, keyGenerator(way).generateKey(salts.signed), signedSplit(settings))),
  )
  return messagesOf(schemes, settings)
}

/** An encryptor or verifier with `NullSerializer`, and the purpose that a cookie's name is. */
function messagesOf(schemes: readonly Scheme[], settings: RailsSettings): (cookieName: string) => CookieMessages {
  const { version, metadata, requirePurpose, escapes } = settings
  const codecs = schemes.map((scheme) => createCodec(scheme, { serializer: nullSerializer, version, escapes }))
  return (name) => {
    const purpose = `cookie.${name}`
    const written = metadata ? purpose : undefined
    // 5.2 writes no purpose and refuses a message that has one.
    const expected = { expected: isAtLeast(version, '6.0') ? purpose : undefined, mayBeAbsent: !requirePurpose }
    return {
      seal: (value, expiresAt, iv) => codecs[0]?.write(value, { purpose: written, expiresAt }, iv) ?? '',
      open(message, now) {
        const read = readRotated(codecs, (codec) => codec.read(message, expected, now))
        if (!read.ok) return { ok: false, reason: read.reason }
        const { value, expiresAt } = read.value
        return { ok: true, value, expiresAt, rotation: read.index }
      },
    }
  }
}

function encryptedScheme(way: KeySettings, settings: RailsSettings): Scheme {
  const { salts, version } = settings
  if (!way.authenticatedEncryption) return legacyCbc(way, salts, settings, 'SHA1')
  const bytes = Number(/\d+/.exec(way.cipher)?.[0]) / 8
  const key = keyGenerator(way).generateKey(salts.authenticatedEncrypted ?? '', bytes)
  return escapedGcmScheme(way.cipher, key, isAtLeast(version, '7.1') ? 'right' : 'left')
}

function legacyCbc(way: KeySettings, salts: Salts, settings: RailsSettings, digest: RailsDigest): Scheme {
  const generator = keyGenerator(way)
  const signing = signedScheme(digest, generator.generateKey(salts.encryptedSigned ?? ''), signedSplit(settings))
  return escapedScheme(cbcScheme(generator.generateKey(salts.encrypted ?? '', 32), signing))
}

function signedSplit({ version }: RailsSettings): 'left' | 'right' {
  return isAtLeast(version, '7.0') ? 'right' : 'left'
}

function keyGenerator({ secretKeyBase, iterations, digest }: KeySettings): KeyGenerator {
  return new KeyGenerator(secretKeyBase, { iterations, hashDigest: digest })
}
