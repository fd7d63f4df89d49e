import { KeyGenerator, type RailsDigest } from '../rails/key-generator.ts'
import { isAtLeast, RAILS_DIGESTS, type KeySettings, type RailsSettings } from '../rails/options.ts'
import { cbcScheme, gcmScheme, hasCipher, type GcmCipher, type Scheme as RailsScheme } from '../rails/schemes.ts'
import { signedScheme } from '../rails/signed-scheme.ts'
import type { FittingOptions, OpenedBy, Scheme } from './report.ts'

/** One way to read a message, with the settings that it stands for. The key is derived when it is tried. */
interface Way extends OpenedBy {
  readonly reads: Scheme
  readonly make: () => RailsScheme
  readonly options: FittingOptions
}

/** Who is asking for a way: its place among the application's own, or that it is a guess. */
type Origin = Pick<OpenedBy, 'by' | 'rotation'>

const CIPHERS: readonly GcmCipher[] = ['aes-256-gcm', 'aes-128-gcm', 'aes-192-gcm']

/**
 * Opens the message in `clean` in whatever way fits: first as the settings say, then with every other digest and cipher
 * under the same secrets, so that a team finds the settings that it did not know of.
 */
export function openRailsMessage(
  clean: string,
  reads: Scheme,
  settings: RailsSettings,
): { readonly plaintext: Buffer; readonly opened: OpenedBy; readonly options: FittingOptions } | undefined {
  for (const way of [...ownWays(settings), ...otherWays(settings)]) {
    if (way.reads !== reads) continue
    const plaintext = way.make().open(clean)
    if (typeof plaintext === 'string') continue
    const { scheme, by, rotation, keyDigest, options } = way
    return { plaintext, opened: { scheme, by, rotation, keyDigest }, options }
  }
  return undefined
}

/** In Rails' order: the current way, the rotations, and what it reads without being asked (cookies.rb). */
function ownWays(settings: RailsSettings): Way[] {
  const { keys, rotations, salts, cookiesDigest, version } = settings
  const all = [{ ...keys, kind: undefined }, ...rotations]
  const ways = all.flatMap(({ kind, ...way }, rotation): Way[] => {
    const origin: Origin = { by: rotation === 0 ? 'current' : 'rotation', rotation }
    const encrypted = way.authenticatedEncryption
      ? gcmWay(way, way.cipher, settings, origin)
      : cbcWay(way, 'SHA1', settings, origin)
    const signed = signedWay(way, way.signedDigest, settings, origin)
    if (kind === undefined) return [encrypted, signed]
    return kind === 'signed' ? [signed] : [encrypted]
  })
  const legacy: Origin = { by: 'legacy', rotation: 0 }
  if (keys.authenticatedEncryption) {
    const hasSalts = salts.encrypted !== null && salts.encryptedSigned !== null
    return hasSalts ? [...ways, cbcWay(keys, cookiesDigest, settings, legacy)] : ways
  }
  const readsGcm = salts.authenticatedEncrypted !== null && isAtLeast(version, '6.1')
  return readsGcm ? [...ways, gcmWay(keys, keys.cipher, settings, legacy)] : ways
}

function otherWays(settings: RailsSettings): Way[] {
  return [settings.keys, ...settings.rotations].flatMap((keys, rotation) =>
    RAILS_DIGESTS.flatMap((digest) => {
      const way = { ...keys, digest }
      const origin: Origin = { by: 'other', rotation }
      return [
        ...CIPHERS.filter(hasCipher).map((cipher) => gcmWay(way, cipher, settings, origin)),
        ...RAILS_DIGESTS.map((macDigest) => cbcWay(way, macDigest, settings, origin)),
        ...RAILS_DIGESTS.map((macDigest) => signedWay(way, macDigest, settings, origin)),
      ]
    }),
  )
}

// The message was taken apart and put together again, so it is read from the right whatever the version.

function gcmWay(way: KeySettings, cipher: GcmCipher, { salts }: RailsSettings, origin: Origin): Way {
  const salt = salts.authenticatedEncrypted ?? 'authenticated encrypted cookie'
  const bytes = Number(cipher.slice('aes-'.length, -'-gcm'.length)) / 8
  return {
    ...origin,
    scheme: cipher.toUpperCase(),
    keyDigest: way.digest,
    reads: 'rails-gcm',
    options: { digest: way.digest, authenticatedEncryption: true, cipher },
    make: () => gcmScheme(cipher, keyGenerator(way).generateKey(salt, bytes), 'right'),
  }
}

function cbcWay(way: KeySettings, macDigest: RailsDigest, { salts }: RailsSettings, origin: Origin): Way {
  return {
    ...origin,
    scheme: `AES-256-CBC + HMAC-${macDigest}`,
    keyDigest: way.digest,
    reads: 'rails-cbc',
    // Rails writes SHA1 here, and reads another digest where it only reads CBC.
    options:
      macDigest === 'SHA1'
        ? { digest: way.digest, authenticatedEncryption: false }
        : { digest: way.digest, authenticatedEncryption: true, cookiesDigest: macDigest },
    make() {
      const generator = keyGenerator(way)
      const signing = generator.generateKey(salts.encryptedSigned ?? 'signed encrypted cookie')
      const secret = generator.generateKey(salts.encrypted ?? 'encrypted cookie', 32)
      return cbcScheme(secret, signedScheme(macDigest, signing, 'right'))
    },
  }
}

function signedWay(way: KeySettings, macDigest: RailsDigest, { salts }: RailsSettings, origin: Origin): Way {
  return {
    ...origin,
    scheme: `HMAC-${macDigest}`,
    keyDigest: way.digest,
    reads: 'rails-signed',
    options: { digest: way.digest, signedDigest: macDigest },
    make: () => signedScheme(macDigest, keyGenerator(way).generateKey(salts.signed), 'right'),
  }
}

function keyGenerator({ secretKeyBase, iterations, digest }: KeySettings): KeyGenerator {
  return new KeyGenerator(secretKeyBase, { iterations, hashDigest: digest })
}
