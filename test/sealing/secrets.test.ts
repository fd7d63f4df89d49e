import { createHash, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { CookieJar, createSealer, createSessions, SessionError } from '../../src/index.ts'
import { createSecretRing, type SecretInput } from '../../src/sealing/secrets.ts'
import { fromHex } from './independent-base64url.ts'
import { keyIdOf, secretBytes } from './independent-compact.ts'

const HEX = createHash('sha256').update('secrets.test hex').digest('hex')
const BASE64URL = createHash('sha256').update('secrets.test base64url').digest('base64url')
const BASE64 = createHash('sha256').update('secrets.test base64').digest('base64')
const BYTES = createHash('sha256').update('secrets.test bytes').digest()

function refusal(secrets: unknown): SessionError {
  try {
    createSecretRing(secrets as readonly SecretInput[]) // as: misuse is what is tested
  } catch (error) {
    if (error instanceof SessionError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a ring of secrets', () => {
  test('seals with the first and names each by the key id of the format page', async () => {
    const ring = createSecretRing([HEX, BASE64URL, BYTES])
    expect(ring.current).toBe(ring.all[0])
    expect(ring.all.map((secret) => secret.index)).toEqual([0, 1, 2])
    const material = [secretBytes(HEX), secretBytes(BASE64URL), fromHex(BYTES.toString('hex'))]
    expect(ring.all.map((secret) => secret.keyId)).toEqual(await Promise.all(material.map(keyIdOf)))
  })

  test('finds each secret by its key id and nothing by any other', () => {
    const ring = createSecretRing([HEX, BASE64URL])
    for (const secret of ring.all) expect(ring.byKeyId(Number.parseInt(secret.keyId, 16))).toBe(secret)
    expect(ring.byKeyId(0)).toBeUndefined()
    expect(ring.byKeyId(-1)).toBeUndefined()
  })

  test('gives a secret the same key id in every ring and at every place', () => {
    const alone = createSecretRing([HEX]).current.keyId
    expect(createSecretRing([BASE64URL, BYTES, HEX]).all[2]?.keyId).toBe(alone)
    expect(createSecretRing([Buffer.from(HEX)]).current.keyId).toBe(alone)
  })

  test('takes text as it stands: hexadecimal in capitals is another secret', () => {
    const ids = createSecretRing([HEX, HEX.toUpperCase(), Buffer.from(HEX, 'hex')]).all.map((secret) => secret.keyId)
    expect(new Set(ids).size).toBe(3)
  })

  test('copies the bytes it is given, so that overwriting them later changes nothing', () => {
    const bytes = Uint8Array.from(BYTES)
    const ring = createSecretRing([bytes])
    const before = ring.current.key.export().toString('hex')
    bytes.fill(0)
    expect(ring.current.key.export().toString('hex')).toBe(before)
  })

  test('takes hex, base64, base64url and bytes, longer ones too', () => {
    for (const secret of [
      HEX,
      BASE64URL,
      BASE64,
      BYTES,
      HEX + HEX.toUpperCase(),
      randomBytes(64),
      Uint8Array.from(BYTES),
    ]) {
      expect(createSecretRing([secret]).all).toHaveLength(1)
    }
  })

  test('takes bytes of another realm, as of a test runner with a DOM', () => {
    const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes: [...BYTES] }) as Uint8Array // as: that is what it makes
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    expect(createSecretRing([foreign]).current.keyId).toBe(createSecretRing([BYTES]).current.keyId)
  })

  test('never refuses a random secret: 10,000 of each form', () => {
    for (let count = 0; count < 10_000; count++) {
      const bytes = randomBytes(32)
      const ring = createSecretRing([
        bytes,
        bytes.toString('hex'),
        bytes.toString('base64url'),
        bytes.toString('base64'),
      ])
      expect(ring.all).toHaveLength(4)
    }
  })
})

describe('a weak secret', () => {
  const sequence = Uint8Array.from({ length: 32 }, (_, at) => at)
  const WEAK: readonly [string, unknown, RegExp][] = [
    ['undefined, as an unset environment variable is', undefined, /undefined \(is its environment variable set\?\)/],
    ['null', null, /null \(is its environment variable set\?\)/],
    ['the empty text', '', /is empty/],
    ['white space', ' '.repeat(64), /outside hex and base64/],
    ['a number', 42, /is a value of type number/],
    ['an object', { secret: HEX }, /is a value of type object/],
    ['an array of numbers', [...BYTES], /is a value of type object/],
    ['63 hexadecimal characters', HEX.slice(1), /has 63 hexadecimal characters/],
    ['43 hexadecimal characters, which would do as base64url', HEX.slice(0, 43), /has 43 hexadecimal characters/],
    ['42 base64url characters', `${BASE64URL.slice(0, 41)}_`, /has 42 characters/],
    ['31 bytes', BYTES.subarray(1), /has 31 bytes/],
    ['no bytes', new Uint8Array(), /has 0 bytes/],
    ['a passphrase', 'correct horse battery staple and forty-three more characters', /passphrase/],
    ['a passphrase with punctuation', 'Correct.Horse.Battery.Staple!And.Some.More.Words', /passphrase/],
    ['a passphrase with dashes', 'correct-horse-battery-staple-please-change-me-now', /no base64.*passphrase/],
    ['base64 with a newline at its end', `${BASE64URL}\n`, /outside hex and base64/],
    ['text beyond ASCII', 'ä'.repeat(20) + BASE64URL, /outside hex and base64/],
    ['padding in the middle', `${BASE64URL}=${BASE64URL}`, /outside hex and base64/],
    ['one character repeated', 'a'.repeat(64), /one character repeated/],
    ['zeros', '0'.repeat(64), /one character repeated/],
    ['32 zero bytes', new Uint8Array(32), /one character repeated/],
    ['32 bytes of 255', new Uint8Array(32).fill(255), /one character repeated/],
    ['zeros but for a few', `${'0'.repeat(60)}beef`, /different characters/],
    ['two bytes in turns', Uint8Array.from({ length: 32 }, (_, at) => at % 2), /different characters/],
    ['a word repeated', 'SwordfishX9-'.repeat(4), /short text repeated/],
    ['16 random bytes twice', Buffer.concat([BYTES.subarray(16), BYTES.subarray(16)]), /short text repeated/],
    ['a repetition that is cut off', 'SwordfishX9-'.repeat(5).slice(0, 53), /short text repeated/],
    ['counting bytes', sequence, /sequence/],
    ['counting bytes backwards', sequence.toReversed(), /sequence/],
    ['the alphabet', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', /sequence/],
    ['the secret of iron-session’s README', 'complex_password_at_least_32_characters_long', /documentation/],
    ['the same in capitals', 'COMPLEX_PASSWORD_AT_LEAST_32_CHARACTERS_LONG', /documentation/],
    ['the README’s keyboard cat', 'keyboardcat'.repeat(4), /documentation|repeated/],
    ['a placeholder', 'YOUR_SECRET_HERE_replace_me_with_32_random_bytes', /placeholder/],
    ['a placeholder in capitals and small letters', 'ChangeMeChangeMePleaseChangeMeInProduction123', /placeholder/],
    ['a placeholder, its words apart', 'Change-Me_Please_Change-Me_In-Production_0123456', /placeholder/],
    ['a sentence in capitals and small letters', 'CorrectingHorsesBatteriesStaplesInTheMorningSun', /made of words/],
    ['digits of pi', '3141592653589793238462643383279502884197169399375105820974944592', /digits alone/],
    ['the SHA-256 of a word', createHash('sha256').update('secret').digest('hex'), /documentation/],
    ['that, as base64url', createHash('sha256').update('secret').digest('base64url'), /documentation/],
    ['that, as bytes', createHash('sha256').update('secret').digest(), /documentation/],
    [
      'two halves that differ in a character',
      `${HEX.slice(0, 32)}${HEX.slice(0, 31)}x`.replace('x', HEX[31] === '0' ? '1' : '0'),
      /short text repeated/,
    ],
    ['bytes of a passphrase', Buffer.from('correct horse battery staple and forty-three more'), /passphrase/],
    [
      'bytes of a passphrase beyond ASCII',
      Buffer.from('fünf dicke Frösche hüpften über die nasse Wiese'),
      /passphrase/,
    ],
    ['bytes of printable ASCII', Buffer.from('k9$Lm2@qW8!zR5#tY7^uB1&nX4*cV6%p'), /has 32 characters/],
    ['bytes of a published example', Buffer.from('complex_password_at_least_32_characters_long'), /documentation/],
    ['bytes of it in UTF-16', Buffer.from('complex_password_at_least_32_characters_long', 'utf16le'), /documentation/],
    [
      'a published example in hexadecimal',
      Buffer.from('keyboard cat keyboard cat keyboard cat').toString('hex'),
      /disguise|repeated/,
    ],
    ['a passphrase in base64', Buffer.from('we all live in a yellow submarine').toString('base64'), /disguise|made of/],
    [
      'bytes that a published example decodes to',
      Buffer.from('f00dbabe'.repeat(8), 'hex'),
      /documentation|different characters/,
    ],
    [
      'bytes that another published example decodes to',
      Buffer.from('5f2b8d1c9e7a4036b5d8e1f2a3c4967085e6d7c8b9a0f1e2d3c4b5a697887960', 'hex'),
      /documentation/,
    ],
    ['counting hexadecimal digits', '0123456789abcdef'.repeat(4), /documentation|repeated/],
  ]

  test.for(WEAK)('is refused with ERR_SECRET, its place and a way out: %s', ([, secret, why]) => {
    const error = refusal([HEX, secret])
    expect(error.code).toBe('ERR_SECRET')
    expect(error.message).toMatch(/^secrets\[1\] /)
    expect(error.message).toMatch(why)
    expect(error.message).toContain('npx coatcheck secret')
  })

  test('is refused at every place, wherever secrets are given', () => {
    for (const secrets of [['short'], [HEX, 'short'], ['short', HEX]]) {
      const expected = expect.objectContaining({ code: 'ERR_SECRET' })
      expect(() => createSessions({ name: 'session', secrets })).toThrow(expected)
      expect(() => createSealer({ secrets, purpose: 'magic-link' })).toThrow(expected)
      expect(() => new CookieJar({ secrets })).toThrow(expected)
    }
  })

  test('is refused where it is given, not at import and not at the first seal', () => {
    expect(() => createSessions({ name: 'session', secrets: [undefined as unknown as string] })).toThrow(
      expect.objectContaining({ code: 'ERR_SECRET' }),
    ) // as: what process.env gives for an unset name
  })

  test('twice in a ring is refused, also once as text and once as bytes', () => {
    for (const ring of [
      [HEX, HEX],
      [HEX, BASE64URL, HEX],
      [HEX, Buffer.from(HEX)],
    ]) {
      const error = refusal(ring)
      expect(error.code).toBe('ERR_SECRET')
      expect(error.message).toContain(`secrets[0] and secrets[${ring.length - 1}] are the same`)
    }
  })

  test.for([[[]], [undefined], [null], [HEX], [{}], [{ 0: HEX, length: 1 }], [new Set([HEX])]])(
    'is no ring at all: case %#',
    ([secrets]) => {
      expect(refusal(secrets).code).toBe('ERR_SECRET')
      expect(() => createSealer({ secrets: secrets as string[], purpose: 'x' })).toThrow(
        expect.objectContaining({ code: 'ERR_SECRET' }),
      ) // as: misuse is what is tested
    },
  )

  test.for([[undefined], [null], [[]], [HEX]])('is no ring for a jar either: case %#', ([secrets]) => {
    expect(() => new CookieJar({ secrets: secrets as unknown as string[] })).toThrow(
      expect.objectContaining({ code: 'ERR_SECRET' }),
    ) // as: misuse is what is tested
  })

  test('is what a hole in the array is', () => {
    for (const holes of [
      Object.assign([HEX], { length: 2 }),
      Object.assign([], { length: 1 }),
      Object.assign([], { length: 2, 1: HEX }),
    ]) {
      expect(refusal(holes).code).toBe('ERR_SECRET')
    }
  })
})

describe('a secret never prints', () => {
  const SECRETS: readonly SecretInput[] = [HEX, BASE64URL, BYTES]
  const spellings = SECRETS.flatMap((secret) => {
    const bytes = Buffer.from(secret)
    const text = typeof secret === 'string' ? [secret] : []
    return [
      ...text,
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      [...bytes].join(', '),
    ]
  })

  function leaks(printed: string): string[] {
    // Ten characters in a row are no accident.
    return spellings.filter(
      (spelling) => printed.includes(spelling.slice(0, 10)) || printed.includes(spelling.slice(-10)),
    )
  }

  test('in console.log or JSON of the ring and of what is made with it', () => {
    const sessions = createSessions({ name: 'session', secrets: SECRETS })
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    exchange.session['user'] = 7
    const sealer = createSealer({ secrets: SECRETS, purpose: 'x' })
    const ring = createSecretRing(SECRETS)
    const jar = new CookieJar({ secrets: SECRETS })
    for (const thing of [ring, ring.current, ring.current.key, sessions, exchange, exchange.session, sealer, jar]) {
      expect(leaks(inspect(thing, { depth: null, showHidden: true, getters: true }))).toEqual([])
      expect(leaks(JSON.stringify(thing))).toEqual([])
      expect(leaks(String(Object.keys(thing)))).toEqual([])
    }
  })

  test('in an error about it, its cause or its stack', () => {
    const weak = [
      'correct horse battery staple and some more',
      HEX.slice(0, 40),
      BASE64URL.slice(0, 40),
      `${BASE64URL} `,
      'SwordfishX9-'.repeat(4),
    ]
    for (const secret of weak) {
      const error = refusal([BYTES, secret])
      const printed = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + error.message
      expect(printed).not.toContain(secret.slice(0, 8))
    }
    expect(leaks(inspect(refusal([HEX, HEX]), { depth: null }))).toEqual([])
  })
})
