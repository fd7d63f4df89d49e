import { describe, expect, test } from 'vitest'
import { CookieJar, type CookieJar as Jar, type RefusedReason, type SessionEvent } from '../../src/index.ts'
import { fromBase64url, toBase64url } from '../sealing/independent-base64url.ts'
import { mintSigned, secretBytes, type Content } from '../sealing/independent-compact.ts'
import { compactVector, SIGNED_VECTORS } from '../vectors/vectors.ts'
import { commitNow } from '../support/commit-now.ts'
import { CURRENT, deserved, deservedSigned, makeSessions, mint, NOW, RING, secretOf } from './world.ts'

const ENCRYPTED = compactVector('value cookie')
const SIGNED = SIGNED_VECTORS[0] ?? ENCRYPTED
const events: SessionEvent[] = []
const sessions = makeSessions({ onEvent: (event) => events.push(event) })

/** The jar of a request; both kinds, for they share what reads the header. */
function jarOf(cookieHeader: string): Jar {
  events.length = 0
  return sessions.begin({}, { cookieHeader, isSecure: () => true }).jar
}

/** Why the cookie was refused, or `undefined` when it opened. */
function refusedBy(view: 'encrypted' | 'signed', name: string, text: string): RefusedReason | undefined {
  const value = jarOf(`${name}=${text}`)[view].get(name)
  const [event] = events
  expect(value === undefined).toBe(event !== undefined)
  if (event === undefined) return undefined
  expect(events).toEqual([{ type: 'refused', cookie: name, reason: expect.any(String), at: NOW * 1000 }])
  return event.type === 'refused' ? event.reason : undefined
}

const VIEWS = [
  { view: 'encrypted', name: 'device', text: ENCRYPTED.sealed, deserves: deserved },
  { view: 'signed', name: 'theme', text: SIGNED.sealed, deserves: deservedSigned },
] as const

describe.for(VIEWS)('the $view cookie', ({ view, name, text, deserves }) => {
  test('opens as it is', () => {
    expect(refusedBy(view, name, text)).toBeUndefined()
    expect(jarOf(`${name}=${text}`)[view].get(name)).toEqual(
      JSON.parse(view === 'signed' ? SIGNED.json : ENCRYPTED.json),
    )
  })

  test('is undefined with any of its bits flipped', () => {
    const bytes = fromBase64url(text) ?? new Uint8Array()
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Uint8Array.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        const expected = at === 0 ? 'malformed' : at < 5 ? 'unknown-secret' : 'tampered'
        expect({ at, bit, refused: refusedBy(view, name, toBase64url(flipped)) }).toEqual({
          at,
          bit,
          refused: expected,
        })
      }
    }
  })

  test('is undefined with any of its characters replaced, cut off anywhere, or with anything added', () => {
    for (let at = 0; at < text.length; at++) {
      const lookAlike = String.fromCharCode(text.charCodeAt(at) + 0x100)
      for (const other of ['A', 'Q', 'g', '9', '-', '_', '=', '+', '/', '%', ' ', '\0', 'é', lookAlike]) {
        if (other === text.charAt(at)) continue
        const changed = (text.slice(0, at) + other + text.slice(at + 1)).trim()
        expect({ at, other, refused: refusedBy(view, name, changed) }).toEqual({
          at,
          other,
          refused: deserves(changed, name),
        })
      }
      for (const cut of [text.slice(0, at), text.slice(at + 1)])
        expect(refusedBy(view, name, cut)).toBe(deserves(cut, name))
    }
    for (const more of ['A', 'AA', 'AAA', 'AAAA', '=', '==', text]) {
      expect(refusedBy(view, name, text + more)).toBe(deserves(text + more, name))
    }
  })

  test('is undefined under another name, and as the other kind', () => {
    for (const other of ['device2', 'Device', 'cookie.device', 'theme2', 'session', '__Host-device']) {
      expect(refusedBy(view, other, text)).toBe('tampered')
    }
    expect(refusedBy(view === 'signed' ? 'encrypted' : 'signed', name, text)).toBe('malformed')
  })

  test('is undefined once its secret is dropped, and opens while it is a previous one', () => {
    const clock = (): number => NOW * 1000
    const cookieHeader = `${name}=${text}`
    const rotated = [secretOf(compactVector('long secret')), secretOf(CURRENT)]
    expect(new CookieJar({ secrets: rotated, cookieHeader, clock })[view].get(name)).toBeDefined()
    expect(new CookieJar({ secrets: rotated.slice(0, 1), cookieHeader, clock })[view].get(name)).toBeUndefined()
  })

  test('is found behind one that was planted in front of it, in both orders', () => {
    for (const planted of ['rubbish', '', text.slice(0, -4), `${text}=`, '%E0%A4%A', '\0', 'A'.repeat(5000)]) {
      expect(jarOf(`${name}=${planted}; ${name}=${text}`)[view].get(name)).toBeDefined()
      expect(jarOf(`${name}=${text}; ${name}=${planted}`)[view].get(name)).toBeDefined()
    }
  })

  test('is too-large when it is, and undefined', () => {
    for (const length of [4096, 10_000, 1_048_576]) expect(refusedBy(view, name, 'A'.repeat(length))).toBe('too-large')
  })

  test('ends when its seal says so, whatever its browser was told', async () => {
    const seal = async (expires: number | null): Promise<string> => {
      const content: Content = { kind: 'value', created: NOW - 100, expires, json: '7' }
      const purpose = `cookie.${name}`
      if (view === 'encrypted') return mint(content, { purpose })
      return mintSigned({ secret: secretBytes(secretOf(CURRENT)), purpose, content })
    }
    expect(refusedBy(view, name, await seal(NOW))).toBe('expired-absolute')
    expect(refusedBy(view, name, await seal(1))).toBe('expired-absolute')
    expect(refusedBy(view, name, await seal(NOW + 1))).toBeUndefined()
    expect(refusedBy(view, name, await seal(null))).toBeUndefined()
  })

  test('is undefined with an authentic payload that is not acceptable', async () => {
    const value = (json: string): Content => ({ kind: 'value', created: NOW, expires: null, json })
    const id = '0'.repeat(32)
    const contents: (Content | Uint8Array<ArrayBuffer>)[] = [
      value('{"__proto__":{"polluted":1}}'),
      value('[{"constructor":{"prototype":{"polluted":1}}}]'),
      value('{not JSON'),
      value(''),
      value('['.repeat(1000) + ']'.repeat(1000)),
      value('1e400'),
      { kind: 'session', persistent: false, created: NOW, slid: NOW, id, json: '{}' },
      Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0x31),
    ]
    for (const content of contents) {
      const purpose = `cookie.${name}`
      const sealed =
        view === 'encrypted'
          ? await mint(content instanceof Uint8Array ? [...content] : content, { purpose })
          : await mintSigned({ secret: secretBytes(secretOf(CURRENT)), purpose, content })
      expect(refusedBy(view, name, sealed)).toBe('malformed')
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('makes no response carry anything, refused or not', () => {
    for (const value of [text, 'rubbish', '']) {
      const exchange = sessions.begin({}, { cookieHeader: `${name}=${value}`, isSecure: () => true })
      expect(() => exchange.jar[view].get(name)).not.toThrow()
      expect(exchange.commit()).toEqual({ setCookie: [], vary: true, noStore: false })
    }
  })
})

describe('any jar', () => {
  test('reads every name without a throw, those of Object.prototype included', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      '',
      ' ',
      '=',
      ';',
      '\0',
      '\ud83e',
      '🧥',
      'n'.repeat(5000),
    ]
    for (const header of ['', '__proto__=1; constructor=2; =3; toString=4', `device=${ENCRYPTED.sealed}`]) {
      for (const name of names) {
        const jar = jarOf(header)
        for (const cookies of [jar, jar.signed, jar.encrypted, jar.permanent.encrypted]) {
          expect(() => cookies.get(name)).not.toThrow()
        }
        expect(jar.encrypted.get(name)).toBeUndefined()
        expect(jar.signed.get(name)).toBeUndefined()
      }
    }
    expect(jarOf('__proto__=1').get('__proto__')).toBe('1')
    expect(jarOf('a=1').get('__proto__')).toBeUndefined()
    expect(jarOf('a=1').get('toString')).toBeUndefined()
  })

  test('gives plain cookies as they came when their percent-escapes are malformed', () => {
    for (const value of ['%', '%E0%A4%A', '%zz', '%u0041', '%ff', '100%'])
      expect(jarOf(`a=${value}`).get('a')).toBe(value)
    expect(jarOf('a=%F0%9F%A7%A5').get('a')).toBe('🧥')
  })

  test('made alone, reads hostile headers without a throw as well', () => {
    for (const cookieHeader of [
      undefined,
      null,
      '',
      ';;;',
      'device',
      'device=',
      `device=${'A'.repeat(1_048_576)}`,
      '\0',
      '=',
    ]) {
      const jar = new CookieJar({ secrets: RING, cookieHeader })
      expect([jar.get('b'), jar.signed.get('device'), jar.encrypted.get('device')]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    }
  })
})

describe.for<['signed' | 'encrypted']>([['signed'], ['encrypted']])('two %s cookies of one name', ([view]) => {
  const sealed = (value: string): string => {
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    exchange.jar[view].set('remember', value)
    return commitNow(exchange).setCookie[0]?.split(';')[0] ?? ''
  }
  const look = (...pairs: string[]) => {
    events.length = 0
    const value = jarOf(pairs.join('; '))[view].get('remember')
    return { value, heard: events.map((event) => [event.type, event.cookie, 'reason' in event && event.reason]) }
  }

  test('that say different things are refused as duplicate, in both orders, and the operator hears of it', () => {
    const [own, planted] = [sealed('victim'), sealed('mallory')]
    for (const pairs of [
      [own, planted],
      [planted, own],
      [planted, 'remember=x', own],
    ])
      expect(look(...pairs)).toEqual({
        value: undefined,
        heard: [
          ['duplicate', 'remember', false],
          ['refused', 'remember', 'duplicate'],
        ],
      })
  })

  test('that say the same count, and so does the only one that opens', () => {
    const own = sealed('victim')
    expect(look(own, sealed('victim')).value).toBe('victim')
    expect(look('remember=planted', own)).toEqual({ value: 'victim', heard: [['duplicate', 'remember', false]] })
    expect(look(own, own)).toEqual({ value: 'victim', heard: [] })
  })
})
