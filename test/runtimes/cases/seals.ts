import assert from 'node:assert/strict'
import { createSealer, createSessions, reseed, SessionError } from 'coatcheck'
import { fromBase64url, toHex } from '../../sealing/independent-base64url.ts'
import { openCompactText, secretBytes } from '../../sealing/independent-compact.ts'
import { PREVIOUS_SECRET, SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const NOW = 1_767_225_600
const clock = (): number => NOW * 1000

export const sealCases: readonly RuntimeCase[] = [
  {
    name: 'a session that is sealed here opens in an implementation on WebCrypto that is not ours',
    async check() {
      const sessions = createSessions<{ name: string }>({ name: 'session', secrets: [SECRET], clock })
      const sealed = sessions.seal({ name: 'Zoë 🧥' })
      const opened = await openCompactText(sealed, [secretBytes(SECRET)], 'cookie.session')
      assert.ok(opened.ok && opened.content.kind === 'session')
      const { json, created, slid, persistent } = opened.content
      assert.deepEqual([json, created, slid, persistent], ['{"name":"Zoë 🧥"}', NOW, NOW, false])
    },
  },
  {
    name: 'so do values of any length: 0 to 100,000 characters',
    async check() {
      const sealer = createSealer({ secrets: [SECRET], purpose: 'length', clock })
      for (const length of [0, 1, 2, 3, 2700, 5900, 6100, 8118, 8192, 8193, 100_000]) {
        const value = '日'.repeat(length)
        const sealed = sealer.seal(value)
        const back = sealer.open(sealed)
        assert.ok(back.ok && back.value === value, `${length} characters`)
        const opened = await openCompactText(sealed, [secretBytes(SECRET)], 'length')
        assert.ok(opened.ok && opened.content.json === JSON.stringify(value), `${length} characters, elsewhere`)
      }
    },
  },
  {
    name: 'of 5,000 seals no two have the same nonce, and none is all zeros',
    check() {
      const sealer = createSealer({ secrets: [SECRET], purpose: 'nonces' })
      const nonces = Array.from({ length: 5000 }, () => toHex(bytesOf(sealer.seal(0)).subarray(21, 33)))
      assert.equal(new Set(nonces).size, 5000)
      assert.equal(nonces.includes('00'.repeat(12)), false)
    },
  },
  {
    name: 'a process keeps its salt until reseed(), and has another one then',
    check() {
      const sealer = createSealer({ secrets: [SECRET], purpose: 'salts', clock })
      const salt = (): string => toHex(bytesOf(sealer.seal(0)).subarray(5, 21))
      const before = salt()
      assert.equal(salt(), before)
      reseed()
      assert.notEqual(salt(), before)
    },
  },
  {
    name: 'a seal of another purpose, name or secret does not open',
    check() {
      const sealed = createSealer({ secrets: [SECRET], purpose: 'a' }).seal(7)
      assert.deepEqual(createSealer({ secrets: [SECRET], purpose: 'b' }).open(sealed), {
        ok: false,
        reason: 'tampered',
      })
      const other = createSealer({ secrets: [PREVIOUS_SECRET], purpose: 'a' })
      assert.deepEqual(other.open(sealed), { ok: false, reason: 'unknown-secret' })
      const session = createSessions({ name: 'a', secrets: [SECRET] }).seal({ n: 1 })
      assert.deepEqual(createSessions({ name: 'b', secrets: [SECRET] }).open(session), {
        ok: false,
        reason: 'tampered',
      })
    },
  },
  {
    name: 'a value expires when its seal says so',
    check() {
      let now = NOW * 1000
      const sealer = createSealer({ secrets: [SECRET], purpose: 'expiry', clock: () => now })
      const sealed = sealer.seal(7, { expiresIn: '15m' })
      now += 899_000
      assert.equal(sealer.open(sealed).ok, true)
      now += 1000
      assert.deepEqual(sealer.open(sealed), { ok: false, reason: 'expired-absolute' })
    },
  },
  {
    name: 'a secret that is missing, short, guessable or from a documentation page is refused',
    check() {
      const weak = [
        undefined,
        '',
        'secret',
        'a'.repeat(64),
        'complex_password_at_least_32_characters_long',
        new Uint8Array(31),
      ]
      for (const secret of weak) {
        assert.throws(
          () => createSealer({ secrets: [secret as string], purpose: 'weak' }), // as: what a mistake looks like
          (error) => error instanceof SessionError && error.code === 'ERR_SECRET',
        )
      }
    },
  },
  {
    name: 'what is no seal is refused and never throws: garbage of any kind, and eight million characters of it',
    check() {
      const sealer = createSealer({ secrets: [SECRET], purpose: 'garbage' })
      const garbage: unknown[] = ['', '\0', '{}', 'A', '\ud800', undefined, null, 7, {}, [], 'A'.repeat(8_000_000)]
      for (const text of garbage) {
        const opened = sealer.open(text as string) // as: what attackers send, and what mistakes pass on
        assert.deepEqual(opened, { ok: false, reason: 'malformed' })
      }
    },
  },
]

function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array()
}
