import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeStrict } from '../../src/rails/base64.ts'
import { readEscaped } from '../../src/rails/escaped-reader.ts'
import { unescapeValue } from '../../src/rails/escaped-value.ts'
import { writeEscaped } from '../../src/rails/escaped-writer.ts'
import { escapedGcmScheme, gcmScheme } from '../../src/rails/schemes.ts'

const KEY = randomBytes(32)
const plain = gcmScheme('aes-256-gcm', KEY, 'right')
const escaped = escapedGcmScheme('aes-256-gcm', KEY, 'right')

const bytesOf = (length: fc.Arbitrary<number>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(length, fc.constantFrom(0x00, 0xfb, 0xff, undefined))
    .map(([size, every]) => (every === undefined ? randomBytes(size) : Buffer.alloc(size, every)))
const threeParts = fc.tuple(
  bytesOf(fc.integer({ min: 1, max: 200 })),
  bytesOf(fc.constant(12)),
  bytesOf(fc.constant(16)),
)

/** What the three parts of a value are by base64 and percent-encoding alone, however Rails would write them. */
function partsOf(text: string): (Buffer | undefined)[] | undefined {
  const parts = unescapeValue(text)?.split('--').map(decodeStrict)
  return parts?.length === 3 ? parts : undefined
}

/** The same by the short path. */
function shortly(text: string): Buffer[] | undefined {
  const [iv, tag] = [Buffer.alloc(12), Buffer.alloc(16)]
  const ciphertext = readEscaped(text, [iv, tag])
  return ciphertext && [Buffer.from(ciphertext), iv, tag]
}

test('a message is written as Rack escapes its base64, and read back, whatever its bytes are', () => {
  fc.assert(
    fc.property(threeParts, (parts) => {
      const text = encodeURIComponent(parts.map((part) => part.toString('base64')).join('--'))
      expect(writeEscaped(parts)).toBe(text)
      expect(shortly(text)).toEqual(parts)
    }),
    { numRuns: 2000 },
  )
})

test('the longest message that is written in one pass has room where every character is escaped', () => {
  const [iv, tag] = [Buffer.alloc(12, 0xff), Buffer.alloc(16, 0xff)]
  for (const length of [4065, 4066, 4067, 4068]) {
    const parts = [Buffer.alloc(length, 0xff), iv, tag]
    const text = parts.map((part) => encodeURIComponent(part.toString('base64'))).join('--')
    expect(writeEscaped(parts)).toBe(text)
  }
  expect(writeEscaped([Buffer.alloc(4069), iv, tag])).toBeUndefined()
})

test.each([1, 300, 4068, 4069, 8192, 20_000])('a value of %d bytes is sealed and opened like its message', (length) => {
  const [plaintext, iv] = [randomBytes(length), randomBytes(12)]
  const text = escaped.seal(plaintext, iv)
  expect(text).toBe(encodeURIComponent(plain.seal(plaintext, iv)))
  expect(escaped.open(text)).toEqual(plaintext)
  expect(plain.open(decodeURIComponent(text))).toEqual(plaintext)
})

const put = fc.oneof(
  fc.constantFrom('', '+', '/', '=', '-', '_', ' ', '%', '%2b', '%2B', '%2F', '%2f', '%3D', '%3d', '%20', '%41', '%2D'),
  fc.constantFrom(
    '--',
    '--AAAA',
    '====',
    '%3D%3D',
    '%3D%3D%3D',
    '\0',
    '\n',
    '"',
    '\u0141',
    '\u0142',
    '\ud800',
    'é',
    '😀',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.base64String({ maxLength: 8 }),
)
const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0, 1, 1, 2, 3, 30), put)

function edited(text: string, edits: readonly (readonly [number, number, string])[]): string {
  let result = text
  for (const [place, length, piece] of edits) {
    const at = Math.round(place * result.length)
    result = result.slice(0, at) + piece + result.slice(at + length)
  }
  return result
}

test('the short path never reads what base64 and percent-encoding would not, nor anything else from it', () => {
  let read = 0
  fc.assert(
    fc.property(threeParts, fc.array(edit, { minLength: 1, maxLength: 3 }), (parts, edits) => {
      const text = edited(writeEscaped(parts) ?? '', edits)
      const found = shortly(text)
      if (found === undefined) return
      read++
      expect(partsOf(text)).toEqual(found)
    }),
    { numRuns: 20_000 },
  )
  expect(read).toBeGreaterThan(100)
})

test.each(['left', 'right'] as const)(
  'a value opens where its message does, and is refused alike, split from the %s',
  (split) => {
    const unescapedScheme = gcmScheme('aes-256-gcm', KEY, split)
    const scheme = escapedGcmScheme('aes-256-gcm', KEY, split)
    const found = new Map<string, number>()
    fc.assert(
      fc.property(bytesOf(fc.integer({ min: 1, max: 60 })), fc.array(edit, { maxLength: 2 }), (plaintext, edits) => {
        const text = edited(scheme.seal(plaintext), edits)
        const unescaped = unescapeValue(text)
        const expected = unescaped === undefined ? 'malformed' : unescapedScheme.open(unescaped)
        const opened = scheme.open(text)
        expect(opened).toEqual(expected)
        const kind = typeof opened === 'string' ? opened : 'opened'
        found.set(kind, (found.get(kind) ?? 0) + 1)
      }),
      { numRuns: 10_000 },
    )
    expect([...found.keys()].toSorted()).toEqual(['malformed', 'opened', 'tampered'])
  },
)

test('every last character whose unused bits are not zero is refused', () => {
  const [iv, tag] = [randomBytes(12), randomBytes(16)]
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (const [ends, size] of [
    ['A', 16],
    ['AA', 4],
  ] as const) {
    const accepted = Array.from(alphabet).filter((last) => {
      const text = encodeURIComponent(
        [`${ends}${last}`.padEnd(4, '='), iv.toString('base64'), tag.toString('base64')].join('--'),
      )
      return shortly(text) !== undefined
    })
    expect(accepted.length).toBe(64 / size)
  }
})

test('the short path reads no other separator, no parts of other lengths, and neither more nor fewer of them', () => {
  const valueOf = (sizes: readonly number[], separator = '--'): string =>
    sizes.map((size) => encodeURIComponent(randomBytes(size).toString('base64'))).join(separator)
  const isRead = (text: string): boolean => shortly(text) !== undefined
  expect(isRead(valueOf([30, 12, 16]))).toBe(true)
  const separators = ['-', '---', '----', '-_', '_-', '__', '..', '-.', '%2D%2D', '  ', '']
  expect(separators.filter((separator) => isRead(valueOf([30, 12, 16], separator)))).toEqual([])
  const counts = [[30], [30, 12], [30, 12, 16, 3]]
  const ivs = [0, 9, 11, 13, 15].map((iv) => [30, iv, 16])
  const tags = [0, 12, 13, 15, 17, 18, 19].map((tag) => [30, 12, tag])
  expect([...counts, [0, 12, 16], ...ivs, ...tags].filter((sizes) => isRead(valueOf(sizes)))).toEqual([])
})
