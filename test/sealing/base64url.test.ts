import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64urlBytes, base64urlLength, decodeBase64url } from '../../src/sealing/base64url.ts'
import { fromBase64url, toBase64url } from './independent-base64url.ts'

/** What our decoder makes of a text: the bytes, or `undefined` when it refuses. */
function decode(text: string): Buffer | undefined {
  const target = Buffer.alloc(Math.max(0, base64urlBytes(text.length)) + 8, 0xaa)
  const exact = target.subarray(0, Math.max(0, base64urlBytes(text.length)))
  return decodeBase64url(text, exact) ? exact : undefined
}

/** The oracle: the right alphabet, and Node's encoder makes the very same text of what Node's decoder read. */
function isStrict(text: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const nearly = fc.string({
  unit: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...ALPHABET.split('')) },
    { weight: 1, arbitrary: fc.constantFrom(...'+/= \t\n\r\0.~%"\u00c1\u0141\uff21\ud83e'.split('')) },
  ),
  maxLength: 90,
})

describe('strict base64url', () => {
  test('gives back every sequence of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url')
        expect(decode(text)).toEqual(Buffer.from(bytes))
        expect(base64urlLength(bytes.length)).toBe(text.length)
        expect(base64urlBytes(text.length)).toBe(bytes.length)
      }),
    )
  })

  test('accepts a text exactly when an encoder would have written it', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        expect(decode(text) !== undefined).toBe(isStrict(text))
      }),
      { numRuns: 5000 },
    )
  })

  test('decodes as an implementation that works bit by bit', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        const expected = fromBase64url(text)
        expect(decode(text)).toEqual(expected && Buffer.from(expected))
        expect(expected && toBase64url(expected)).toBe(expected && text)
      }),
      { numRuns: 5000 },
    )
  })

  test('refuses every last character whose spare bits are not zero', () => {
    for (const [prefix, spare] of [
      ['A', 16],
      ['AAAAA', 16],
      ['AA', 4],
      ['AAAAAA', 4],
    ] as const) {
      const accepted = ALPHABET.split('').filter((last) => decode(prefix + last) !== undefined)
      expect(accepted).toEqual(ALPHABET.split('').filter((_, at) => at % spare === 0))
    }
  })

  test('refuses padding, the other alphabet and white space, wherever they stand', () => {
    const text = toBase64url(new Uint8Array(12).fill(0xfb))
    for (const foreign of ['=', '==', '+', '/', ' ', '\n', '\r\n', '\t', '\f', '\0', '%', '%2D', '.', ',', '"', ';']) {
      for (let at = 0; at <= text.length; at++) {
        expect(decode(text.slice(0, at) + foreign + text.slice(at))).toBeUndefined()
        expect(decode(text.slice(0, at) + foreign + text.slice(at + foreign.length))).toBeUndefined()
      }
    }
  })

  test('refuses characters beyond ASCII, also those whose low byte is in the alphabet', () => {
    const text = toBase64url(Uint8Array.from({ length: 12 }, (_, at) => at * 21))
    for (let at = 0; at < text.length; at++) {
      for (const offset of [0x80, 0x100, 0x200, 0x400, 0xff00, 0xd800]) {
        const foreign = String.fromCharCode((text.charCodeAt(at) + offset) & 0xffff)
        expect(
          decode(text.slice(0, at) + foreign + text.slice(at + 1)),
          `U+${foreign.charCodeAt(0).toString(16)}`,
        ).toBe(undefined)
      }
    }
  })

  test('refuses half a surrogate pair, and a whole one', () => {
    for (const foreign of ['\ud83e', '\udde5', '🧥']) {
      expect(decode(`AAAA${foreign}AAAA`)).toBeUndefined()
      expect(decode(`${foreign}AAAAAAA`.slice(0, 8))).toBeUndefined()
      expect(decode(`AAAAAAAA${foreign}`)).toBeUndefined()
    }
  })

  test('refuses lengths that no encoding has', () => {
    for (const length of [1, 5, 9, 101]) expect(decode('A'.repeat(length))).toBeUndefined()
    expect(base64urlBytes(5)).toBe(-1)
    expect(decode('')).toEqual(Buffer.alloc(0))
  })

  test('writes nothing behind the bytes of the text', () => {
    const target = Buffer.alloc(16, 0xaa)
    decodeBase64url('////', target)
    expect(decodeBase64url('AAAA', target.subarray(0, 3))).toBe(true)
    expect([...target.subarray(3)]).toEqual(Array.from({ length: 13 }, () => 0xaa))
  })
})
