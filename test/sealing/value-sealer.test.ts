import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSealer, createSessions, type Json, type Sealer } from '../../src/index.ts'
import { FakeClock } from '../support/visitor.ts'
import { compactVector } from '../vectors/vectors.ts'
import { mintCompact, secretBytes } from './independent-compact.ts'

const SECRET = createHash('sha256').update('value-sealer.test').digest('hex')
const OLD = createHash('sha256').update('value-sealer.test old').digest('base64url')

function linkSealer(clock = new FakeClock()): Sealer {
  return createSealer({ secrets: [SECRET], purpose: 'magic-link', clock: clock.now })
}

describe('a sealed value', () => {
  test('comes back as it was, whatever JSON it is', () => {
    const sealer = linkSealer()
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        fc.pre(!/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)))
        const opened = sealer.open(sealer.seal(value))
        expect(opened.ok && JSON.stringify(opened.value)).toBe(JSON.stringify(value))
      }),
    )
  })

  test('tells which secret sealed it', () => {
    const text = createSealer({ secrets: [OLD], purpose: 'magic-link' }).seal({ user: 7 })
    const opened = createSealer({ secrets: [SECRET, OLD], purpose: 'magic-link' }).open(text)
    expect(opened).toMatchObject({ ok: true, value: { user: 7 }, secret: 1 })
    expect(opened.ok && opened.keyId).toMatch(/^[0-9a-f]{8}$/)
  })

  test('does not open once its secret is dropped from the ring', () => {
    const text = createSealer({ secrets: [OLD], purpose: 'magic-link' }).seal(7)
    expect(linkSealer().open(text)).toEqual({ ok: false, reason: 'unknown-secret' })
  })

  test('is sealed with the first secret after a rotation', () => {
    const rotated = createSealer({ secrets: [SECRET, OLD], purpose: 'magic-link' })
    expect(linkSealer().open(rotated.seal(7))).toMatchObject({ ok: true, value: 7, secret: 0 })
  })

  test('opens for its own purpose alone, down to case and white space', () => {
    const text = linkSealer().seal(7)
    for (const purpose of ['magic-links', 'Magic-link', ' magic-link', 'magic-link\0', 'x', 'cookie']) {
      expect(createSealer({ secrets: [SECRET], purpose }).open(text)).toEqual({ ok: false, reason: 'tampered' })
    }
  })

  test('opens until the second that it expires in, and not from then on', () => {
    const clock = new FakeClock()
    const sealer = linkSealer(clock)
    const text = sealer.seal('soon', { expiresIn: '15m' })
    clock.advance(899)
    expect(sealer.open(text)).toMatchObject({ ok: true, value: 'soon' })
    clock.advance(1)
    expect(sealer.open(text)).toEqual({ ok: false, reason: 'expired-absolute' })
    clock.advance(1e8)
    expect(sealer.open(text)).toEqual({ ok: false, reason: 'expired-absolute' })
  })

  test('never expires without expiresIn', () => {
    const clock = new FakeClock()
    const sealer = linkSealer(clock)
    const text = sealer.seal('for good')
    clock.advance(60 * 365 * 86_400)
    expect(sealer.open(text)).toMatchObject({ ok: true, value: 'for good' })
  })

  test('may be far larger than a cookie', () => {
    const sealer = linkSealer()
    for (const length of [4096, 8 * 1024, 8 * 1024 + 1, 64 * 1024, 1_000_000]) {
      const value = { text: 'é'.repeat(length) }
      const text = sealer.seal(value)
      expect(text).toMatch(/^[\w-]+$/)
      expect(sealer.open(text)).toMatchObject({ ok: true, value })
      const flipped = `${text.slice(0, length)}${text.charAt(length) === 'A' ? 'B' : 'A'}${text.slice(length + 1)}`
      expect(sealer.open(flipped)).toEqual({ ok: false, reason: 'tampered' })
    }
  })

  test('may nest 100 containers, and not one more', () => {
    const sealer = linkSealer()
    const nest = (depth: number): Json => {
      let value: Json = 1
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
      return value
    }
    expect(sealer.open(sealer.seal(nest(100)))).toMatchObject({ ok: true, value: nest(100) })
    expect(() => sealer.seal(nest(101))).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
  })

  test.for<[string, unknown]>([
    ['undefined', undefined],
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['NaN', Number.NaN],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a hole in an array', Object.assign([1, 2], { length: 3 })],
  ])('that JSON would change is refused when it is sealed: %s', ([, value]) => {
    expect(() => linkSealer().seal([value])).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
    expect(() => linkSealer().seal(value)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
  })

  test('is no session, and a session is no value, even under the same purpose', () => {
    const vector = compactVector('session')
    const value = compactVector('value cookie')
    const clock = (): number => vector.created * 1000
    const sessions = createSessions({ name: 'device', secrets: [vector.secret ?? ''], clock })
    expect(sessions.open(value.sealed)).toEqual({ ok: false, reason: 'malformed' })
    const own = createSessions({ name: 'session', secrets: [vector.secret ?? ''], clock })
    const jar = own.begin({}, { cookieHeader: `session=${vector.sealed}`, isSecure: () => true }).jar
    expect(jar.encrypted.get('session')).toBeUndefined()
  })
})

describe('opening a value', () => {
  test('never throws, whatever it is given', () => {
    const sealer = linkSealer()
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const primitives: readonly unknown[] = [undefined, null, true, 0, Number.NaN, 1n, Symbol('x')]
    const objects: readonly unknown[] = [() => 1, {}, [], new Date(), revoked.proxy]
    const odd: readonly unknown[] = [
      ...primitives,
      ...objects,
      { toString: () => sealer.seal(1) },
      [sealer.seal(1)],
      Buffer.from(sealer.seal(1)),
    ]
    for (const text of odd) {
      expect(sealer.open(text as string)).toEqual({ ok: false, reason: 'malformed' }) // as: misuse is what is tested
    }
  })

  test('refuses every text that differs from the sealed one in a single character', () => {
    const sealer = linkSealer()
    const text = sealer.seal({ user: 7 }, { expiresIn: '1h' })
    for (let at = 0; at < text.length; at++) {
      for (const other of ['A', 'B', 'z', '-', '_', '=', ' ', String.fromCharCode(text.charCodeAt(at) + 256)]) {
        if (text.charAt(at) === other) continue
        expect(sealer.open(text.slice(0, at) + other + text.slice(at + 1)).ok).toBe(false)
      }
    }
  })

  test('looks at the expiry before it parses', async () => {
    const clock = new FakeClock()
    const now = clock.milliseconds / 1000
    const mint = async (expires: number | null): Promise<string> =>
      mintCompact({
        secret: secretBytes(SECRET),
        purpose: 'magic-link',
        salt: new Uint8Array(16).fill(1),
        nonce: new Uint8Array(12).fill(2),
        content: { kind: 'value', created: now, expires, json: '{not JSON' },
      })
    const sealer = linkSealer(clock)
    expect(sealer.open(await mint(now))).toEqual({ ok: false, reason: 'expired-absolute' })
    expect(sealer.open(await mint(now + 1))).toEqual({ ok: false, reason: 'malformed' })
    expect(sealer.open(await mint(null))).toEqual({ ok: false, reason: 'malformed' })
  })
})

describe('making a sealer', () => {
  const wrong = expect.objectContaining({ code: 'ERR_OPTIONS' })

  test.for<[unknown]>([[''], ['cookie.session'], ['cookie.'], [undefined], [null], [7], [{}], [['magic-link']]])(
    'refuses the purpose %j, which is none or that of a cookie',
    ([purpose]) => {
      expect(() => createSealer({ secrets: [SECRET], purpose: purpose as string })).toThrow(wrong) // as: misuse is tested
    },
  )

  test('refuses a purpose that is too long for HKDF, and takes the longest that is not', () => {
    const longest = 'p'.repeat(1006)
    const sealer = createSealer({ secrets: [SECRET], purpose: longest })
    expect(sealer.open(sealer.seal(1))).toMatchObject({ ok: true })
    expect(() => createSealer({ secrets: [SECRET], purpose: `${longest}p` })).toThrow(wrong)
    expect(() => createSealer({ secrets: [SECRET], purpose: 'é'.repeat(504) })).toThrow(wrong)
  })

  test.for(['', '15', '15 m', '-1m', '0s', '0.5s', 'm', '1y', '1e3s', 'Infinitys'])(
    'refuses %j for a duration',
    (expiresIn) => {
      expect(() => linkSealer().seal(1, { expiresIn: expiresIn as '1s' })).toThrow(wrong) // as: misuse is what is tested
    },
  )

  test('refuses a duration that ends after the last second that a seal can say, in 2106', () => {
    for (const expiresIn of ['36500d', '99999999w', `${'9'.repeat(400)}d`] as const) {
      expect(() => linkSealer().seal(1, { expiresIn: expiresIn as '1d' })).toThrow(wrong) // as: digits make a Duration
    }
  })
})
