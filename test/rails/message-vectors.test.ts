import type * as Crypto from 'node:crypto'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import type { GcmCipher } from '../../src/rails/schemes.ts'
import type { MessageMetadata } from '../../src/rails/message-options.ts'
import { MessageEncryptor } from '../../src/rails/message-encryptor.ts'
import type { MessageSerializer } from '../../src/rails/message-serializer.ts'
import { MessageVerifier } from '../../src/rails/message-verifier.ts'
import type * as Random from '../../src/sealing/random.ts'
import type { RailsDigest } from '../../src/rails/key-generator.ts'
import type { RailsVersion } from '../../src/rails/options.ts'
import type { ReadMessage } from '../../src/rails/message-secret.ts'

/** Pinned by the tests; real random bytes otherwise. */
const pinned = vi.hoisted(() => ({ iv: undefined as Buffer | undefined }))

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof Crypto>()
  return { ...crypto, randomBytes: (length: number) => pinned.iv?.subarray(0, length) ?? crypto.randomBytes(length) }
})

interface CodecVector {
  readonly rails: readonly string[]
  readonly id: string
  readonly codec: 'verifier' | 'encryptor'
  readonly secretHex: string
  readonly signSecretHex?: string
  readonly cipher?: GcmCipher | 'aes-256-cbc'
  readonly digest?: RailsDigest
  readonly serializer?: string
  readonly urlSafe?: boolean
  readonly purpose?: string
  readonly expiresInSeconds?: number
  readonly forceLegacy?: boolean
  readonly metadataSetting?: boolean
  readonly now: string
  readonly ivSeed: string
  readonly value: unknown
  readonly message: string
}

const file = readFileSync(new URL('vectors/codec.json', import.meta.url), 'utf8')
const { vectors } = JSON.parse(file) as { vectors: readonly CodecVector[] } // as: the tests check every field

const SERIALIZERS: Record<string, MessageSerializer> = {
  JSON: 'ruby_json',
  'ActiveSupport::JSON': 'json',
  Marshal: 'marshal',
  json: 'json',
  json_allow_marshal: 'json_allow_marshal',
  marshal: 'marshal',
  message_pack: 'message_pack',
  null: 'null',
}

/** Either class, by one pair of names. */
interface Codec {
  write(value: unknown, metadata?: MessageMetadata): string
  read(message: string, purpose?: string): ReadMessage
}

function codecOf(vector: CodecVector, version: RailsVersion, clock: () => number): Codec {
  const serializer = SERIALIZERS[vector.serializer ?? 'Marshal'] ?? 'json'
  const options = {
    serializer,
    readOnly: serializer === 'marshal',
    urlSafe: vector.urlSafe,
    useMessageSerializerForMetadata: vector.metadataSetting,
    forceLegacyMetadataSerializer: vector.forceLegacy,
    digest: vector.digest,
    version,
    clock,
  }
  const secret = Buffer.from(vector.secretHex, 'hex')
  if (vector.codec === 'verifier') {
    const verifier = new MessageVerifier(secret, options)
    return {
      write: (value, metadata) => verifier.generate(value, metadata),
      read: (message, purpose) => verifier.verify(message, { purpose }),
    }
  }
  const signSecret = vector.signSecretHex === undefined ? undefined : Buffer.from(vector.signSecretHex, 'hex')
  const encryptor = new MessageEncryptor(secret, { ...options, cipher: vector.cipher, signSecret })
  return {
    write: (value, metadata) => encryptor.encryptAndSign(value, metadata),
    read: (message, purpose) => encryptor.decryptAndVerify(message, { purpose }),
  }
}

/** What `NullSerializer` gives is bytes here, text in the vectors. */
function comparable(read: ReadMessage): unknown {
  if (!read.ok) return read.reason
  return Buffer.isBuffer(read.value) ? read.value.toString() : read.value
}

vi.mock('../../src/sealing/random.ts', async (original) => {
  const random = await original<typeof Random>()
  return {
    ...random,
    copyNonce: (target: Buffer, offset: number) =>
      pinned.iv === undefined ? random.copyNonce(target, offset) : pinned.iv.copy(target, offset, 0, 12),
  }
})

afterEach(() => {
  pinned.iv = undefined
})

const cases = vectors.flatMap((vector) =>
  // as: every version in the file is one of ours, with its patch level
  vector.rails.map((rails) => ({ ...vector, rails, version: rails.slice(0, 3) as RailsVersion, vector })),
)

test('the vectors are all there', () => {
  expect(cases).toHaveLength(99)
})

test.each(cases)('$id of Rails $rails opens to what Rails put in', ({ vector, version }) => {
  const codec = codecOf(vector, version, () => Date.parse(vector.now))
  expect(comparable(codec.read(vector.message, vector.purpose))).toEqual(vector.value)
})

const withPurpose = cases.filter(({ vector }) => vector.purpose !== undefined)

test.each(withPurpose)('$id of Rails $rails opens for no other purpose, and not without', ({ vector, version }) => {
  const codec = codecOf(vector, version, () => Date.parse(vector.now))
  expect(codec.read(vector.message)).toEqual({ ok: false, reason: 'tampered' })
  expect(codec.read(vector.message, 'signup')).toEqual({ ok: false, reason: 'tampered' })
})

const withEnd = cases.filter(({ vector }) => vector.expiresInSeconds !== undefined)

test.each(withEnd)('$id of Rails $rails opens until it expires, and not from then on', ({ vector, version }) => {
  const end = Date.parse(vector.now) + (vector.expiresInSeconds ?? 0) * 1000
  const before = codecOf(vector, version, () => end - 1)
  expect(before.read(vector.message, vector.purpose).ok).toBe(true)
  const after = codecOf(vector, version, () => end)
  expect(after.read(vector.message, vector.purpose)).toEqual({ ok: false, reason: 'expired-absolute' })
})

// Marshal is read and never written.
const writable = cases.filter(({ vector }) => (vector.serializer ?? 'Marshal').toLowerCase() !== 'marshal')

test.each(writable)('$id of Rails $rails is written with the same bytes', ({ vector, version }) => {
  pinned.iv = createHash('sha256').update(`${vector.ivSeed}:1`).digest()
  const codec = codecOf(vector, version, () => Date.parse(vector.now))
  const { purpose, expiresInSeconds: seconds } = vector
  const expiresIn = seconds === undefined ? undefined : (`${seconds}s` as const)
  expect(codec.write(vector.value, { purpose, expiresIn })).toBe(vector.message)
})
