import assert from 'node:assert/strict'
import { getCiphers } from 'node:crypto'
import { createSessions } from 'coatcheck'
import {
  KeyGenerator,
  MessageEncryptor,
  MessageVerifier,
  railsFormat,
  railsJar,
  type RailsOptions,
} from 'coatcheck/rails'
import {
  compareCookie,
  compareSession,
  isCookie,
  isSession,
  readableVectors,
  type Reader,
} from '../../rails/reading.ts'
import { VERSIONS, type Vector } from '../../rails/vectors.ts'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const secretKeyBase = SECRET.repeat(3)

const reader: Reader = {
  session: (name, options, now, header) =>
    createSessions({ name, format: railsFormat(options), clock: () => now }).read(header),
  cookie: (view, name, options) => railsJar(options)[view].get(name),
}

const CIPHERS = [
  ['aes-128-gcm', 16],
  ['aes-192-gcm', 24],
  ['aes-256-gcm', 32],
  ['aes-256-cbc', 32],
] as const

/** AES-256-GCM, AES-256-CBC with a MAC, and the serializers. */
const WRITERS: readonly RailsOptions[] = [
  { secretKeyBase, defaults: '8.1' },
  { secretKeyBase, defaults: '7.1', serializer: 'message_pack' },
  { secretKeyBase, defaults: '6.1', serializer: 'json' },
  { secretKeyBase, defaults: '5.2', serializer: 'json', authenticatedEncryption: false },
]

export const railsCases: readonly RuntimeCase[] = [
  ...VERSIONS.flatMap((version): RuntimeCase[] => [
    {
      name: `every session that Rails ${version} sealed reads as Rails reads it`,
      check({ railsVectors }) {
        const vectors = readableVectors(version, railsVectors).filter(isSession)
        assert.ok(vectors.length > 80)
        for (const vector of vectors) {
          if (needsMissingCipher(vector)) {
            assert.throws(
              () => compareSession(reader, vector, version),
              /is missing from the node:crypto of this runtime/,
            )
            continue
          }
          const { ours, rails } = compareSession(reader, vector, version)
          assert.deepEqual(ours, rails, vector.id)
        }
      },
    },
    {
      name: `every cookie of a jar that Rails ${version} sealed or signed reads as Rails reads it`,
      check({ railsVectors }) {
        const vectors = readableVectors(version, railsVectors).filter(isCookie)
        assert.ok(vectors.length > 20)
        for (const vector of vectors) {
          const { ours, rails } = compareCookie(reader, vector, version)
          assert.equal(JSON.stringify(ours), JSON.stringify(rails), vector.id)
        }
      },
    },
  ]),
  ...WRITERS.map((options): RuntimeCase => ({
    name: `a session that is sealed as Rails ${options.defaults} does opens, and changed it does not`,
    check() {
      const sessions = createSessions({ name: '_session', format: railsFormat(options) })
      const sealed = sessions.seal({ user_id: 7, name: 'Zoë 🧥' })
      const opened = sessions.open(sealed)
      assert.equal(JSON.stringify(opened.ok && opened.data), '{"user_id":7,"name":"Zoë 🧥"}')
      for (let at = 0; at < sealed.length; at++) {
        if (sealed[at] === '%' || sealed[at - 1] === '%' || sealed[at - 2] === '%') continue
        const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'Q' : 'A'}${sealed.slice(at + 1)}`
        assert.equal(sessions.open(changed).ok, false, `character ${at}`)
      }
    },
  })),
  {
    name: 'keys of ActiveSupport::KeyGenerator are those of Rails',
    check() {
      const base = 'c0a7c4ec'.repeat(16)
      const key = new KeyGenerator(base, { iterations: 1000, hashDigest: 'SHA1' }).generateKey('encrypted cookie', 32)
      assert.equal(key.toString('hex'), '1730a8bbd6033c9951d3e5c0ea0f2c20a258edc456a4c812f937241a88b047ce')
    },
  },
  {
    name: 'messages of ActiveSupport are encrypted and signed with every cipher and digest, and come back',
    check() {
      const generator = new KeyGenerator(secretKeyBase, { iterations: 1000 })
      const value = { user_id: 7, name: 'Zoë 🧥' }
      for (const [cipher, bytes] of CIPHERS) {
        if (!getCiphers().includes(cipher)) {
          assert.throws(() => new MessageEncryptor('x'.repeat(bytes), { cipher }), { code: 'ERR_OPTIONS' })
          continue
        }
        const encryptor = new MessageEncryptor(generator.generateKey('messages', bytes), { cipher })
        const message = encryptor.encryptAndSign(value, { purpose: 'login' })
        assert.equal(
          JSON.stringify(encryptor.decryptAndVerify(message, { purpose: 'login' })),
          JSON.stringify({ ok: true, value, rotated: false }),
        )
        assert.equal(encryptor.decryptAndVerify(message, { purpose: 'other' }).ok, false, cipher)
      }
      for (const digest of ['SHA1', 'SHA256', 'SHA512'] as const) {
        const verifier = new MessageVerifier(generator.generateKey('messages', 64), { digest })
        assert.equal(JSON.stringify(verifier.verified(verifier.generate(value))), JSON.stringify(value))
        assert.equal(verifier.verified(`${verifier.generate(value)}0`), undefined, digest)
      }
    },
  },
]

/** Whether its configuration names a cipher that this runtime does not have. */
function needsMissingCipher({ config }: Vector): boolean {
  const ciphers = [config.encrypted_cookie_cipher, ...config.rotations.map(({ cipher }) => cipher)]
  return ciphers.some((cipher) => typeof cipher === 'string' && !getCiphers().includes(cipher))
}
