import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { cookieBytes } from '../../src/cookies/budget.ts'
import {
  deriveSubKey,
  openCompact,
  parseCompact,
  sealCompact,
  sealedSessionLength,
  sealPrefix,
} from '../../src/sealing/compact.ts'
import type { Payload } from '../../src/sealing/payload.ts'
import { createCompactSealer, createSignedSealer } from '../../src/sealing/sealer.ts'
import { createSecretRing } from '../../src/sealing/secrets.ts'
import { deriveSigningKey, signPayload } from '../../src/sealing/signed.ts'
import {
  COMPACT_VECTORS,
  compactVector,
  contentOf,
  givenRing,
  givenSecret,
  keyMaterial,
  payloadOf,
  SIGNED_VECTORS,
  type Vector,
} from '../vectors/vectors.ts'
import { fromBase64url, fromHex, toHex } from './independent-base64url.ts'
import {
  keyIdOf,
  mintCompact,
  mintSigned,
  openCompactText,
  openSignedText,
  sealingSubKey,
  signingSubKey,
  type Content,
} from './independent-compact.ts'

const clock = (): number => 1_767_226_600_000
const unnamed = createSecretRing([givenSecret(compactVector('session'))]).current

function ringOf(vector: Vector): ReturnType<typeof createSecretRing> {
  return createSecretRing(givenRing(vector))
}

describe('the compact vectors', () => {
  test('are at least ten, each under its own name, over both kinds of payload', () => {
    expect(COMPACT_VECTORS.length).toBeGreaterThanOrEqual(10)
    expect(new Set(COMPACT_VECTORS.map((vector) => vector.name)).size).toBe(COMPACT_VECTORS.length)
    expect(new Set(COMPACT_VECTORS.map((vector) => vector.kind))).toEqual(new Set(['session', 'value']))
  })

  test.for(COMPACT_VECTORS)('"$name" is minted byte for byte by the package', (vector) => {
    const secret = createSecretRing([givenSecret(vector)]).current
    const salt = fromHex(vector.salt)
    const text = sealCompact(
      sealPrefix(secret.keyId, salt),
      deriveSubKey(secret.key, salt, vector.purpose),
      payloadOf(vector),
      (target, offset) => target.write(vector.nonce, offset, 'hex'),
    )
    expect(text).toBe(vector.sealed)
  })

  test.for(COMPACT_VECTORS)('"$name" is opened by the package, with the right secret of the ring', (vector) => {
    const opened = createCompactSealer(ringOf(vector), vector.purpose, clock).open(vector.sealed)
    expect(opened).toMatchObject({
      ok: true,
      payload: payloadOf(vector),
      secret: { keyId: vector.keyId, index: vector.current === undefined ? 0 : 1 },
    })
  })

  test.for(COMPACT_VECTORS)('"$name" is minted byte for byte by an independent implementation', async (vector) => {
    const secret = keyMaterial(vector)
    const salt = fromHex(vector.salt)
    const { purpose, sealed } = vector
    expect(await keyIdOf(secret)).toBe(vector.keyId)
    expect(toHex(await sealingSubKey(secret, salt, purpose))).toBe(vector.subKey)
    expect(await mintCompact({ secret, purpose, salt, nonce: fromHex(vector.nonce), content: contentOf(vector) })).toBe(
      sealed,
    )
  })

  test.for(COMPACT_VECTORS)('"$name" is opened by an independent implementation', async (vector) => {
    const opened = await openCompactText(vector.sealed, [keyMaterial(vector)], vector.purpose)
    expect(opened).toEqual({ ok: true, keyId: vector.keyId, content: contentOf(vector) })
  })

  test.for(COMPACT_VECTORS)('"$name" has the layout of the page: version, key id, salt, nonce', (vector) => {
    const hex = toHex(fromBase64url(vector.sealed) ?? new Uint8Array())
    const { keyId, salt, nonce } = vector
    expect(hex.slice(0, 66)).toBe(`01${keyId}${salt}${nonce}`)
    const header = vector.kind === 'session' ? 25 : 9
    expect(hex.length / 2).toBe(33 + header + new TextEncoder().encode(vector.json).length + 16)
  })

  test('include a session that fills a cookie to the last of its 4,096 bytes', () => {
    const vector = compactVector('largest session')
    const name = vector.purpose.slice('cookie.'.length)
    expect(cookieBytes(name, vector.sealed)).toBe(4096)
    expect(sealedSessionLength(vector.json.length)).toBe(vector.sealed.length)
    const sessions = createSessions({ name, secrets: givenRing(vector), clock })
    expect(sessions.open(vector.sealed)).toMatchObject({ ok: true, data: JSON.parse(vector.json) })
  })

  test.for(COMPACT_VECTORS)('"$name" opens for no other purpose', async (vector) => {
    for (const purpose of [`${vector.purpose}x`, vector.purpose.slice(0, -1), '', vector.purpose.toUpperCase()]) {
      const sealer = createCompactSealer(ringOf(vector), purpose, clock)
      expect(sealer.open(vector.sealed)).toEqual({ ok: false, reason: 'tampered' })
      expect(await openCompactText(vector.sealed, [keyMaterial(vector)], purpose)).toEqual({
        ok: false,
        reason: 'tampered',
      })
    }
  })
})

describe('the signed vectors', () => {
  test('are at least four', () => {
    expect(SIGNED_VECTORS.length).toBeGreaterThanOrEqual(4)
  })

  test.for(SIGNED_VECTORS)('"$name" is minted and opened by the package', (vector) => {
    const ring = ringOf(vector)
    const secret = ring.all.find((candidate) => candidate.keyId === vector.keyId)
    expect(secret && signPayload(secret, deriveSigningKey(secret, vector.purpose), payloadOf(vector))).toBe(
      vector.sealed,
    )
    expect(createSignedSealer(ring, vector.purpose).open(vector.sealed)).toMatchObject({
      ok: true,
      payload: payloadOf(vector),
      secret: { index: vector.current === undefined ? 0 : 1 },
    })
  })

  test.for(SIGNED_VECTORS)('"$name" is minted and opened by an independent implementation', async (vector) => {
    const secret = keyMaterial(vector)
    const { purpose, keyId } = vector
    expect(toHex(await signingSubKey(secret, purpose))).toBe(vector.subKey)
    expect(await mintSigned({ secret, purpose, content: contentOf(vector) })).toBe(vector.sealed)
    expect(await openSignedText(vector.sealed, [secret], purpose)).toEqual({
      ok: true,
      keyId,
      content: contentOf(vector),
    })
  })

  test.for(SIGNED_VECTORS)('"$name" opens for no other purpose, and never as a compact seal', (vector) => {
    const ring = ringOf(vector)
    expect(createSignedSealer(ring, `${vector.purpose}2`).open(vector.sealed)).toEqual({
      ok: false,
      reason: 'tampered',
    })
    expect(createCompactSealer(ring, vector.purpose, clock).open(vector.sealed)).toEqual({
      ok: false,
      reason: 'malformed',
    })
  })

  test('a compact seal never opens as a signed one', () => {
    const vector = compactVector('value cookie')
    expect(createSignedSealer(ringOf(vector), vector.purpose).open(vector.sealed)).toEqual({
      ok: false,
      reason: 'malformed',
    })
  })
})

describe('docs/format.md', () => {
  const page = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8')
  const printed = Array.from(
    page.matchAll(/^```json\n([\s\S]*?)^```$/gm),
    ([, block]) => JSON.parse(block ?? '') as Vector,
  ) // as: compared field by field below

  test('prints every vector as the JSON files have it, the largest excepted', () => {
    const expected = [...COMPACT_VECTORS, ...SIGNED_VECTORS]
      .filter((vector) => vector.name !== 'largest session')
      .map((vector) => ({ ...vector, about: undefined }))
    expect(printed).toEqual(expected)
  })

  test('prints at least eight compact and four signed vectors', () => {
    const versions = printed.map((vector) => fromBase64url(vector.sealed)?.[0])
    expect(versions.filter((version) => version === 1).length).toBeGreaterThanOrEqual(8)
    expect(versions.filter((version) => version === 2).length).toBeGreaterThanOrEqual(4)
  })

  test('says of each vector what it shows', () => {
    const missing = [...COMPACT_VECTORS, ...SIGNED_VECTORS]
      .filter((vector) => vector.name !== 'largest session')
      .filter((vector) => !page.replaceAll(/\s+/g, ' ').includes(vector.about))
    expect(missing).toEqual([])
  })

  test('names the info strings, the lengths and the limits that the code has', () => {
    for (const fact of [
      '"coatcheck/v1/key-id"',
      '"coatcheck/v1/seal" ‖ 0x00 ‖ purpose',
      '"coatcheck/v1/sign" ‖ 0x00 ‖ purpose',
      '4,096',
      '100 containers',
      '2²⁴ seals',
      'SP 800-38D',
    ]) {
      expect(page).toContain(fact)
    }
  })
})

describe('the two implementations', () => {
  const times = fc.integer({ min: 0, max: 0xffff_ffff })
  const json = fc.json({ maxDepth: 3 })
  const content: fc.Arbitrary<Content> = fc.oneof(
    fc.record({
      kind: fc.constant('session' as const),
      persistent: fc.boolean(),
      created: times,
      slid: times,
      id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(toHex),
      json,
    }),
    fc.record({
      kind: fc.constant('value' as const),
      created: times,
      expires: fc.option(fc.integer({ min: 1, max: 0xffff_ffff })),
      json,
    }),
  )
  const purposes = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  const secret = givenSecret(compactVector('session'))
  const material = keyMaterial(compactVector('session'))
  const ring = createSecretRing([secret])

  function payload(from: Content): Payload {
    return from.kind === 'value' ? { ...from, expires: from.expires ?? undefined } : from
  }

  test('open what the other sealed, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(content, purposes, async (sealed, purpose) => {
        const sealer = createCompactSealer(ring, purpose, clock)
        const keyId = ring.current.keyId
        expect(await openCompactText(sealer.seal(payload(sealed)), [material], purpose)).toEqual({
          ok: true,
          keyId,
          content: sealed,
        })
        const salt = crypto.getRandomValues(new Uint8Array(16))
        const nonce = crypto.getRandomValues(new Uint8Array(12))
        const minted = await mintCompact({ secret: material, purpose, salt, nonce, content: sealed })
        expect(sealer.open(minted)).toMatchObject({ ok: true, payload: payload(sealed) })
      }),
      { numRuns: 200 },
    )
  })

  test('open what the other signed, and sign alike', async () => {
    await fc.assert(
      fc.asyncProperty(content, purposes, async (signed, purpose) => {
        const text = createSignedSealer(ring, purpose).seal(payload(signed))
        expect(text).toBe(await mintSigned({ secret: material, purpose, content: signed }))
        expect(await openSignedText(text, [material], purpose)).toMatchObject({ ok: true, content: signed })
      }),
      { numRuns: 200 },
    )
  })
})

describe('the size formula', () => {
  test('gives the length of every sealed session exactly', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 2 }), (json) => {
        const sealer = createCompactSealer(createSecretRing([givenSecret(compactVector('session'))]), 'cookie.a', clock)
        const id = '00112233445566778899aabbccddeeff'
        const text = sealer.seal({ kind: 'session', id, created: 1, slid: 2, persistent: false, json })
        const bytes = new TextEncoder().encode(json).length
        expect(text.length).toBe(Math.ceil(((49 + 25 + bytes) * 4) / 3))
        expect(sealedSessionLength(bytes)).toBe(text.length)
      }),
    )
  })

  test('holds on both sides of the scratch buffer, where a seal gets a buffer of its own', () => {
    const sealer = createCompactSealer(createSecretRing([givenSecret(compactVector('session'))]), 'large', clock)
    for (const length of [2700, 2705, 2706, 2707, 2710, 8105, 8117, 8118, 8119, 8192, 8193, 20_000]) {
      for (const character of ['x', '日']) {
        const json = JSON.stringify(character.repeat(length))
        const opened = sealer.open(sealer.seal({ kind: 'value', created: 1, expires: undefined, json }))
        expect(opened.ok && opened.payload.json === json).toBe(true)
      }
    }
  })
})

describe('an authentic payload that is none of ours', () => {
  const salt = new Uint8Array(16).fill(7)
  const nonce = new Uint8Array(12).fill(9)
  const vector = compactVector('session')

  async function openAuthentic(payload: readonly number[]): Promise<unknown> {
    const content = Uint8Array.from(payload)
    const text = await mintCompact({ secret: keyMaterial(vector), purpose: 'p', salt, nonce, content })
    const seal = parseCompact(text)
    return seal && openCompact(seal, deriveSubKey(unnamed.key, salt, 'p'))
  }

  test('is malformed under every flags byte but 0, 1 and 3', async () => {
    const rest: number[] = Array.from({ length: 40 }, () => 0x20)
    const opened = await Promise.all(Array.from({ length: 256 }, (_, flags) => openAuthentic([flags, ...rest])))
    expect(opened[0]).toMatchObject({ kind: 'value' })
    expect(opened[1]).toMatchObject({ kind: 'session', persistent: false })
    expect(opened[3]).toMatchObject({ kind: 'session', persistent: true })
    expect(opened.flatMap((payload, flags) => (payload === 'malformed' ? [] : [flags]))).toEqual([0, 1, 3])
  })

  test('is malformed when its header is cut short', async () => {
    for (let length = 9; length < 25; length++) {
      expect(await openAuthentic([1, ...Array.from({ length: length - 1 }, () => 0)])).toBe('malformed')
    }
    expect(await openAuthentic([1, ...Array.from({ length: 24 }, () => 0)])).toMatchObject({
      kind: 'session',
      json: '',
    })
    expect(await openAuthentic(Array.from({ length: 9 }, () => 0))).toMatchObject({ kind: 'value', json: '' })
    expect(await openAuthentic(Array.from({ length: 8 }, () => 0))).toBeUndefined()
  })
})
