import type { RefusedReason } from '../errors.ts'
import { railsJson } from './json-text.ts'
import { KeyGenerator, type RailsDigest } from './key-generator.ts'
import { expiryOf, judge, unwrap, wrap } from './metadata.ts'
import { isAtLeast, type KeySettings, type RailsSettings, type Salts } from './options.ts'
import { readRotated, type Attempt } from './rotation.ts'
import { cbcScheme, gcmScheme, signedScheme, type Scheme, type Split } from './schemes.ts'

interface Message {
  readonly payload: Buffer
  /** Milliseconds since 1970, or `undefined` for a message that does not end. */
  readonly expiresAt: number | undefined
}

/** What a cookie's message turned out to hold. */
export type OpenedMessage =
  | (Message & {
      readonly ok: true
      /** 0 for the current way to seal, above it the place in the rotations. */
      readonly rotation: number
    })
  | { readonly ok: false; readonly reason: RefusedReason }

/** The message inside the cookie of one name: envelope and seal, without serializer and percent-encoding. */
export interface CookieMessages {
  seal(payload: Buffer, expiresAt: number | undefined, iv?: Buffer): string
  /** @param now milliseconds since 1970 */
  open(text: string, now: number): OpenedMessage
}

/** Messages of `cookies.encrypted` (action_dispatch/middleware/cookies.rb). */
export function encryptedMessages(settings: RailsSettings): (cookieName: string) => CookieMessages {
  const { keys, rotations, salts, version, cookiesDigest } = settings
  const schemes = [keys, ...rotations.filter(({ kind }) => kind !== 'signed')].map((way) =>
    encryptedScheme(way, settings),
  )
  // What Rails reads besides: a GCM application CBC cookies, and since 6.1 a CBC application GCM cookies.
  if (keys.authenticatedEncryption && salts.encrypted !== null && salts.encryptedSigned !== null) {
    schemes.push(legacyCbc(keys, salts, signedSplit(settings), cookiesDigest))
  } else if (!keys.authenticatedEncryption && salts.authenticatedEncrypted !== null && isAtLeast(version, '6.1')) {
    schemes.push(encryptedScheme({ ...keys, authenticatedEncryption: true }, settings))
  }
  return (name) => messages(name, schemes, settings)
}

/** Messages of `cookies.signed`. */
export function signedMessages(settings: RailsSettings): (cookieName: string) => CookieMessages {
  const { keys, rotations } = settings
  const schemes = [keys, ...rotations.filter(({ kind }) => kind !== 'encrypted')].map((way) =>
    signedScheme(way.signedDigest, keyGenerator(way).generateKey(settings.salts.signed), signedSplit(settings)),
  )
  return (name) => messages(name, schemes, settings)
}

function messages(name: string, schemes: readonly Scheme[], settings: RailsSettings): CookieMessages {
  const purpose = `cookie.${name}`
  const [current] = schemes
  const rule = isAtLeast(settings.version, '7.1') ? 'prefix' : 'parsed'
  // 5.2 writes no purpose and refuses a message that has one.
  const expected = isAtLeast(settings.version, '6.0') ? purpose : undefined
  const mayBeAbsent = !settings.requirePurpose
  return {
    seal(payload, expiresAt, iv) {
      const metadata = { purpose: settings.metadata ? purpose : undefined, expiresAt }
      const plaintext = wrap(payload, metadata, (text) => railsJson(text, settings.escapes))
      return current?.seal(plaintext, iv) ?? ''
    },
    open(text, now) {
      const attempt = readRotated(schemes, (scheme) => read(scheme.open(text), now))
      if (!attempt.ok) return { ok: false, reason: attempt.reason }
      return { ok: true, ...attempt.value, rotation: attempt.index }
    },
  }

  function read(plaintext: Buffer | 'malformed' | 'tampered', now: number): Attempt<Message> {
    if (typeof plaintext === 'string') return { ok: false, reason: plaintext, fault: 'format' }
    const envelope = unwrap(plaintext, rule)
    if (envelope === 'malformed') return { ok: false, reason: 'malformed', fault: 'content' }
    if (envelope === undefined) {
      if (!mayBeAbsent) return { ok: false, reason: 'tampered', fault: 'content' }
      return { ok: true, value: { payload: plaintext, expiresAt: undefined } }
    }
    const reason = judge(envelope, now, { expected, mayBeAbsent }, rule)
    if (reason !== undefined) return { ok: false, reason, fault: 'content' }
    return { ok: true, value: { payload: envelope.payload, expiresAt: expiryOf(envelope.exp) } }
  }
}

function encryptedScheme(way: KeySettings, settings: RailsSettings): Scheme {
  const { salts } = settings
  if (!way.authenticatedEncryption) return legacyCbc(way, salts, signedSplit(settings), 'SHA1')
  const bytes = Number(/\d+/.exec(way.cipher)?.[0]) / 8
  const key = keyGenerator(way).generateKey(salts.authenticatedEncrypted ?? '', bytes)
  return gcmScheme(way.cipher, key, isAtLeast(settings.version, '7.1') ? 'right' : 'left')
}

function legacyCbc(way: KeySettings, salts: Salts, split: Split, digest: RailsDigest): Scheme {
  const generator = keyGenerator(way)
  const signing = signedScheme(digest, generator.generateKey(salts.encryptedSigned ?? ''), split)
  return cbcScheme(generator.generateKey(salts.encrypted ?? '', 32), signing)
}

function signedSplit({ version }: RailsSettings): Split {
  return isAtLeast(version, '7.0') ? 'right' : 'left'
}

function keyGenerator({ secretKeyBase, iterations, digest }: KeySettings): KeyGenerator {
  return new KeyGenerator(secretKeyBase, { iterations, hashDigest: digest })
}
