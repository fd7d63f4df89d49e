import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSealer, reseed } from '../../src/index.ts'
import { parseCompact } from '../../src/sealing/compact.ts'
import { copyNonce, randomBytes16 } from '../../src/sealing/random.ts'
import { createCompactSealer } from '../../src/sealing/sealer.ts'
import { createSecretRing } from '../../src/sealing/secrets.ts'
import { createSealingKeys, createSubKeyMemory, REMEMBERED_SUB_KEYS } from '../../src/sealing/sub-keys.ts'
import { FakeClock } from '../support/visitor.ts'

const SECRET = createHash('sha256').update('sealing-keys.test').digest('hex')
const ring = createSecretRing([SECRET])
const HOUR = 3600

/** The salt of the key that seals now. */
function saltOf(keys: ReturnType<typeof createSealingKeys>): string {
  return keys().prefix.toString('hex', 5)
}

describe('the salt of a process', () => {
  test('stays for 2²⁴ seals, and the next seal has a new one', () => {
    const clock = new FakeClock()
    const keys = createSealingKeys(ring.current, 'cookie.session', clock.now)
    const first = keys()
    for (let seal = 2; seal <= 2 ** 24; seal++) if (keys() !== first) throw new Error(`left at seal ${seal}`)
    const second = keys()
    expect(second.prefix.equals(first.prefix)).toBe(false)
    expect(second.key.equals(first.key)).toBe(false)
    for (let seal = 2; seal <= 2 ** 24; seal++) if (keys() !== second) throw new Error(`left at seal ${seal}`)
    expect(keys()).not.toBe(second)
  })

  test('stays for an hour and not a second longer, however few seals there are', () => {
    const clock = new FakeClock()
    const keys = createSealingKeys(ring.current, 'cookie.session', clock.now)
    const first = saltOf(keys)
    clock.advance(HOUR - 1)
    expect(saltOf(keys)).toBe(first)
    clock.advance(1)
    const second = saltOf(keys)
    expect(second).not.toBe(first)
    clock.advance(HOUR - 1)
    expect(saltOf(keys)).toBe(second)
    clock.advance(1)
    expect(saltOf(keys)).not.toBe(second)
  })

  test('is not kept alive by a clock that was set back', () => {
    const clock = new FakeClock()
    const keys = createSealingKeys(ring.current, 'cookie.session', clock.now)
    const first = saltOf(keys)
    clock.advance(-HOUR)
    expect(saltOf(keys)).not.toBe(first)
  })

  test('is left at reseed(), and only once', () => {
    const clock = new FakeClock()
    const keys = createSealingKeys(ring.current, 'cookie.session', clock.now)
    const first = saltOf(keys)
    reseed()
    const second = saltOf(keys)
    expect(second).not.toBe(first)
    expect(saltOf(keys)).toBe(second)
  })

  test('shows in the text: sealers leave it at reseed(), and open what they sealed before', () => {
    const clock = new FakeClock()
    const sealer = createSealer({ secrets: [SECRET], purpose: 'magic-link', clock: clock.now })
    const texts = [sealer.seal(1), sealer.seal(2)]
    reseed()
    texts.push(sealer.seal(3))
    clock.advance(HOUR)
    texts.push(sealer.seal(4))
    const prefixes = texts.map((text) => text.slice(0, 28))
    expect(prefixes[1]).toBe(prefixes[0])
    expect(new Set(prefixes).size).toBe(3)
    expect(texts.map((text) => sealer.open(text))).toMatchObject([1, 2, 3, 4].map((value) => ({ ok: true, value })))
  })

  test('differs from sealer to sealer, so equal values have nothing in common but version and key id', () => {
    const now = (): number => 0
    const seals = Array.from({ length: 50 }, () =>
      createCompactSealer(ring, 'cookie.session', now).seal({
        kind: 'value',
        created: 1,
        expires: undefined,
        json: '1',
      }),
    )
    const parsed = seals.map((text) => Buffer.from(parseCompact(text)?.bytes ?? []))
    expect(new Set(parsed.map((bytes) => bytes.toString('hex', 0, 5))).size).toBe(1)
    expect(new Set(parsed.map((bytes) => bytes.toString('hex', 5, 21))).size).toBe(50)
    expect(new Set(parsed.map((bytes) => bytes.toString('hex', 21, 33))).size).toBe(50)
    expect(new Set(parsed.map((bytes) => bytes.toString('hex', 33))).size).toBe(50)
  })

  test('is 16 fresh random bytes each time', () => {
    const drawn = Array.from({ length: 10_000 }, () => randomBytes16().toString('hex'))
    expect(new Set(drawn).size).toBe(10_000)
    expect(drawn.every((hex) => hex.length === 32)).toBe(true)
  })
})

describe('nonces', () => {
  test('never repeat in a million draws, reseeding in between', () => {
    const seen = new Set<string>()
    const target = Buffer.alloc(16, 0xee)
    for (let draw = 0; draw < 1_000_000; draw++) {
      if (draw % 100_003 === 0) reseed()
      copyNonce(target, 2)
      seen.add(target.toString('latin1', 2, 14))
    }
    expect(seen.size).toBe(1_000_000)
    expect(seen.has('\0'.repeat(12))).toBe(false)
    expect(target.toString('hex', 0, 2) + target.toString('hex', 14)).toBe('eeeeeeee')
  })

  test('of one sealer differ in every seal of the same value', () => {
    const sealer = createSealer({ secrets: [SECRET], purpose: 'x', clock: () => 0 })
    const texts = Array.from({ length: 5000 }, () => sealer.seal('the same'))
    expect(new Set(texts.map((text) => text.slice(28, 44))).size).toBe(5000)
    expect(new Set(texts.map((text) => text.slice(44))).size).toBe(5000)
  })
})

describe('the memory of sub-keys', () => {
  const entry = { secret: ring.current, key: ring.current.key }

  test('holds at most 4,096, whatever comes', () => {
    expect(REMEMBERED_SUB_KEYS).toBe(4096)
    const memory = createSubKeyMemory()
    let most = 0
    for (let count = 0; count < 50_000; count++) {
      memory.remember(`prefix-${count}`, entry)
      if (count % 7 === 0) memory.get(`prefix-${count - 3000}`)
      if (count % 97 === 0) most = Math.max(most, memory.size)
    }
    expect(most).toBeLessThanOrEqual(REMEMBERED_SUB_KEYS)
    expect(most).toBeGreaterThan(REMEMBERED_SUB_KEYS / 2)
  })

  test('keeps what is in use, while what is not in use goes', () => {
    const memory = createSubKeyMemory(100)
    memory.remember('busy', entry)
    memory.remember('idle', entry)
    for (let count = 0; count < 1000; count++) {
      for (let times = 0; times < 2; times++) memory.remember(`other-${count}`, entry)
      expect(memory.get('busy')).toBe(entry)
      expect(memory.size).toBeLessThanOrEqual(100)
    }
    expect(memory.get('idle')).toBeUndefined()
  })

  test('knows nothing that it was not told', () => {
    const memory = createSubKeyMemory(4)
    for (const prefix of ['', '__proto__', 'constructor', 'toString']) expect(memory.get(prefix)).toBeUndefined()
    expect(memory.size).toBe(0)
  })
})
