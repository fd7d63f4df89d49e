import { afterAll, describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { fromBase64url, toBase64url } from '../sealing/independent-base64url.ts'
import { COMPACT_VECTORS, compactVector, SIGNED_VECTORS } from '../vectors/vectors.ts'
import {
  CURRENT,
  deserved,
  DROPPED,
  makeSessions,
  NAME,
  NOW,
  PREVIOUS,
  secretOf,
  VALID,
  watchPrototypes,
} from './world.ts'

const sessions = makeSessions()
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Why a cookie was refused, by both ways in, which must agree. */
function refusedBoth(text: string): string | undefined {
  const session = sessions.read(`${NAME}=${text}`)
  const { refused, isNew } = session
  const data = Object.keys(session).length
  if (refused !== undefined && (!isNew || data > 0)) throw new Error('a refused session is an empty one')
  if (refused !== refusedByOpen(text)) throw new Error('read() and open() disagree')
  return refused
}

function refusedByOpen(text: string): string | undefined {
  const opened = sessions.open(text)
  return opened.ok ? undefined : opened.reason
}

function encodeEveryCharacter(text: string): string {
  return text.replaceAll(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}

function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array()
}

afterAll(watchPrototypes())

describe('a valid cookie', () => {
  test('opens as it is, and nothing below is refused for another reason than its change', () => {
    // The lengths cover every remainder, so every rule about last characters is met.
    expect(new Set(VALID.map((text) => text.length % 4))).toEqual(new Set([0, 2, 3]))
    for (const text of VALID) expect(refusedBoth(text)).toBeUndefined()
    expect(sessions.read(`${NAME}=${CURRENT.sealed}`)['accountId']).toBe(7)
  })

  test.for(VALID)(
    'is refused with any of its bits flipped: malformed, unknown-secret or tampered by place (%#)',
    (text) => {
      const bytes = bytesOf(text)
      for (let at = 0; at < bytes.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const flipped = Uint8Array.from(bytes)
          flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
          const expected = at === 0 ? 'malformed' : at < 5 ? 'unknown-secret' : 'tampered'
          expect({ at, bit, refused: refusedBoth(toBase64url(flipped)) }).toEqual({ at, bit, refused: expected })
        }
      }
    },
  )

  test.for(VALID)('is refused with any of its characters replaced by any other (%#)', (text) => {
    for (let at = 0; at < text.length; at++) {
      for (const other of ALPHABET) {
        if (other === text.charAt(at)) continue
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        expect({ at, other, refused: refusedByOpen(changed) }).toEqual({ at, other, refused: deserved(changed) })
      }
    }
  })

  test.for(VALID)('is malformed with any of its characters replaced by one outside the alphabet (%#)', (text) => {
    for (let at = 0; at < text.length; at++) {
      const lookAlike = String.fromCharCode(text.charCodeAt(at) + 0x100)
      for (const other of [
        '=',
        '+',
        '/',
        '.',
        '~',
        '%',
        '"',
        '\\',
        '\0',
        '\x7f',
        '\u00e9',
        '\u00ad',
        lookAlike,
        '🧥',
      ]) {
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        expect({ at, other, refused: refusedByOpen(changed) }).toEqual({ at, other, refused: 'malformed' })
      }
    }
  })

  test.for(VALID)('is refused cut off anywhere, at its end or its beginning (%#)', (text) => {
    for (let length = 0; length < text.length; length++) {
      const head = text.slice(0, length)
      expect(refusedBoth(head)).toBe(deserved(head))
      const tail = text.slice(text.length - length)
      expect(refusedBoth(tail)).toBe(deserved(tail))
    }
    const bytes = bytesOf(text)
    for (let length = 0; length < bytes.length; length++) {
      const expected = length < 58 ? 'malformed' : 'tampered'
      expect(refusedBoth(toBase64url(bytes.subarray(0, length)))).toBe(expected)
    }
  })

  test.for(VALID)('is refused with anything added, in front, behind or in between (%#)', (text) => {
    const additions = ['A', 'AA', 'AAA', 'AAAA', '=', '==', '.', '-', '_', ' A', '\0', text, text.slice(0, 28)]
    for (const addition of additions) {
      for (const at of [0, 1, 28, 44, text.length - 22, text.length - 1, text.length]) {
        const changed = text.slice(0, at) + addition + text.slice(at)
        expect(refusedByOpen(changed)).toBe(deserved(changed))
      }
    }
    const bytes = bytesOf(text)
    for (const extra of [[0], [0, 0, 0], [255], Array.from({ length: 100 }, (_, at) => at)]) {
      expect(refusedBoth(toBase64url(Uint8Array.of(...bytes, ...extra)))).toBe('tampered')
    }
  })

  test.for(VALID)('is malformed in every other spelling of the same bytes (%#)', (text) => {
    const bytes = Buffer.from(bytesOf(text))
    const spellings = [
      bytes.toString('base64'),
      `${text}=`,
      `${text}${'='.repeat((4 - (text.length % 4)) % 4)}=`,
      bytes.toString('hex'),
      Buffer.from(text).toString('base64url'),
      encodeURIComponent(`${text}=`),
      encodeEveryCharacter(text),
      `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`,
      `${text.slice(0, 40)}\n${text.slice(40)}`,
      `${text.slice(0, 40)} ${text.slice(40)}`,
      `${text.slice(0, 40)}\r\n\t${text.slice(40)}`,
      `"${text}"`,
      `'${text}'`,
      `j:${text}`,
      `s:${text}`,
      text.toLowerCase(),
      text.toUpperCase(),
      text.split('').toReversed().join(''),
    ].filter((spelling) => spelling !== text)
    for (const spelling of spellings) {
      expect({ spelling, refused: refusedBoth(spelling) }).toEqual({ spelling, refused: deserved(spelling) })
    }
    for (const spelling of spellings.slice(0, -3)) {
      expect({ spelling, refused: refusedBoth(spelling) }).toEqual({ spelling, refused: 'malformed' })
    }
  })

  test.for(VALID)('is malformed when the unused bits of its last character are not zero (%#)', (text) => {
    const spare = { 0: 0, 2: 4, 3: 2 }[text.length % 4] ?? 0
    const last = ALPHABET.indexOf(text.slice(-1))
    for (let bits = 1; bits < 2 ** spare; bits++) {
      const changed = text.slice(0, -1) + ALPHABET.charAt(last | bits)
      expect(refusedBoth(changed)).toBe('malformed')
    }
  })
})

describe('parts of valid cookies', () => {
  test('make no valid cookie, wherever they are cut and joined', () => {
    for (const left of VALID) {
      for (const right of VALID) {
        if (left === right) continue
        for (let at = 0; at <= Math.min(left.length, right.length); at += 1) {
          const joined = left.slice(0, at) + right.slice(at)
          if (VALID.includes(joined)) continue
          expect(refusedByOpen(joined)).toBe(deserved(joined))
        }
      }
    }
  })

  test('make no valid cookie under the key id of another secret of the ring', () => {
    for (const [text, keyId] of [
      [CURRENT.sealed, PREVIOUS.keyId],
      [PREVIOUS.sealed, CURRENT.keyId],
    ] as const) {
      const bytes = Uint8Array.from(bytesOf(text))
      bytes.set(Buffer.from(keyId, 'hex'), 1)
      expect(refusedBoth(toBase64url(bytes))).toBe('tampered')
    }
  })
})

describe('a cookie of another version', () => {
  test('is malformed whatever the version is, past or future', () => {
    const bytes = Uint8Array.from(bytesOf(CURRENT.sealed))
    for (let version = 0; version < 256; version++) {
      bytes[0] = version
      expect(refusedBoth(toBase64url(bytes))).toBe(version === 1 ? undefined : 'malformed')
    }
  })

  test('is malformed when it is a signed one, even for the same name', () => {
    for (const vector of SIGNED_VECTORS) expect(refusedBoth(vector.sealed)).toBe('malformed')
  })
})

describe('a cookie that was sealed otherwise', () => {
  test('is tampered when it was sealed under another name or for another purpose', () => {
    const others = COMPACT_VECTORS.filter(
      (vector) => vector.purpose !== `cookie.${NAME}` && vector.keyId === CURRENT.keyId && vector.sealed.length < 4000,
    )
    expect(others.length).toBeGreaterThanOrEqual(5)
    for (const vector of others) expect(refusedBoth(vector.sealed)).toBe('tampered')
  })

  test.for(['Session', 'SESSION', 'session2', 'sessio', '__Host-session', '__Secure-session', 'cookie.session'])(
    'is tampered under the name %s',
    (name) => {
      const other = createSessions({ name, secrets: [secretOf(CURRENT)], clock: () => NOW * 1000 })
      expect(other.read(`${name}=${CURRENT.sealed}`).refused).toBe('tampered')
    },
  )

  test('opens with a previous secret, and is unknown-secret once that one is dropped', () => {
    expect(refusedBoth(PREVIOUS.sealed)).toBeUndefined()
    const without = makeSessions({ secrets: [secretOf(CURRENT)] })
    expect(without.read(`${NAME}=${PREVIOUS.sealed}`).refused).toBe('unknown-secret')
    expect(without.open(PREVIOUS.sealed)).toEqual({ ok: false, reason: 'unknown-secret' })
    expect(refusedBoth(DROPPED.sealed)).toBe('unknown-secret')
    expect(refusedBoth(compactVector('bytes secret').sealed)).toBe('unknown-secret')
  })
})

describe('a cookie that is no seal at all', () => {
  const odd = [
    ['', ' ', 'null', 'undefined', 'true', '0', '-1', '{}', '[]', '""', '%', '%%', '%E0%A4%A', '%zz', '%u0041'],
    ['__proto__', 'constructor', 'prototype', 'toString', '__proto__[admin]=1', '\0', '\0'.repeat(200), '=', '=='],
    ['\ud83e', '\udde5\ud83e', '🧥'.repeat(40), 'é'.repeat(100), '\u202e'.repeat(90), '\uffff'.repeat(80)],
    ['../../etc/passwd', "' OR 1=1 --", '<script>', '${7*7}', 'a\r\nSet-Cookie: x=1', 'Fe26.2**abc*def*ghi*jkl**m'],
    [77, 78, 79, 80, 4089].map((length) => 'A'.repeat(length)),
    ['AQ'.repeat(40), '_'.repeat(100), 'AfTJ7_M'.repeat(20)],
    ['eyJhbGciOiJub25lIn0.eyJhIjoxfQ.', Buffer.from('{"accountId":1}').toString('base64url').repeat(5)],
  ].flat()

  test.for(odd)('is refused and holds nothing: %j', (text) => {
    expect(refusedByOpen(text)).toBe(deserved(text))
    const session = sessions.read(`${NAME}=${text}`)
    expect(session.refused).toBeDefined()
    expect(Object.keys(session)).toEqual([])
  })

  test.for([4088, 4089, 4090, 5000, 100_000, 1_048_576])(
    'is refused by its size before anything else: %d characters',
    (length) => {
      const expected = length + NAME.length > 4096 ? 'too-large' : 'malformed'
      for (const fill of ['A', '=', '%', '\u00ff']) {
        const expectedOf = Buffer.byteLength(fill) > 1 ? 'too-large' : expected
        expect(refusedBoth(fill.repeat(length))).toBe(expectedOf)
      }
      expect(refusedBoth(CURRENT.sealed.padEnd(length, 'A'))).toBe(
        length === 4088 ? 'tampered' : deserved('A'.repeat(length)),
      )
    },
  )

  test('is malformed when it is not even text', () => {
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const primitives: readonly unknown[] = [undefined, null, 7, 7n, Number.NaN, true, Symbol('x')]
    const objects: readonly unknown[] = [{}, [], () => 1, new Date(), revoked.proxy]
    const things: readonly unknown[] = [
      ...primitives,
      ...objects,
      [CURRENT.sealed],
      Object(CURRENT.sealed),
      Buffer.from(CURRENT.sealed),
      { toString: () => CURRENT.sealed },
    ]
    for (const thing of things) {
      expect(sessions.open(thing as string)).toEqual({ ok: false, reason: 'malformed' }) // as: misuse is what is tested
    }
  })
})

describe('a cookie with a very long name', () => {
  test('is refused without a throw, though HKDF takes no more than 1,024 bytes of info', () => {
    const salted = Uint8Array.from(bytesOf(CURRENT.sealed))
    salted[7] = (salted[7] ?? 0) ^ 1
    const readAll = (name: string): unknown => {
      const header = `${name}=${toBase64url(salted)}; ${name}=${SIGNED_VECTORS[0]?.sealed}`
      const { jar } = sessions.begin({}, { cookieHeader: header, isSecure: () => true })
      return [jar.encrypted.get(name), jar.signed.get(name), jar.encrypted.get(name)]
    }
    for (const length of [200, 999, 1000, 1100, 3000])
      expect(readAll('n'.repeat(length))).toEqual([undefined, undefined, undefined])
  })

  test('is refused where sessions are made, or opens as any other', () => {
    const outcomes = [100, 999, 1000, 2000].map((length) => {
      const name = 'n'.repeat(length)
      try {
        const made = createSessions({ name, secrets: [secretOf(CURRENT)], clock: () => NOW * 1000 })
        return [made.read(`${name}=${CURRENT.sealed}`).refused, made.open(made.seal({})).ok]
      } catch (error) {
        return Reflect.get(Object(error), 'code') as unknown // as: Reflect.get is any
      }
    })
    for (const outcome of outcomes) expect([['tampered', true], 'ERR_OPTIONS']).toContainEqual(outcome)
  })
})
