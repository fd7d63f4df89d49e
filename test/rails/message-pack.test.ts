import { describe, expect, test } from 'vitest'
import { dumpMessagePack, loadMessagePack, MessagePackError } from '../../src/rails/message-pack.ts'
import type { RubyValue } from '../../src/rails/marshal.ts'
import { nullObject } from '../../src/serializers/plain.ts'
import { Random } from '../hostile/world.ts'
import { proof } from '../support/proof.ts'

const ID = '5f1d3b9a7c2e4f60819ab0c1d2e3f405'

/** Minted by real Rails 7.1 to 8.1: `session/serializer_message_pack` and its readers by `serializer_cross/*`. */
const SESSION =
  'cc8086aa73657373696f6e5f6964d9203566316433623961376332653466363038313961623063316432653366343035a7757365725f69642aab5f637372665f746f6b656ed92b51563653553474455a373971657934515679744161424163713531784b414341375f42776b3172365a7755a46e616d65a45a6fc3aba46c6973749401cb4004000000000000c0c3a16881a16ba176'
const SESSION_DATA = {
  session_id: ID,
  user_id: 42,
  _csrf_token: 'QV6SU4tEZ79qey4QVytAaBAcq51xKACA7_Bwk1r6ZwU',
  name: 'Zoë',
  list: [1, 2.5, null, true],
  h: { k: 'v' },
}
/** `session/msgpack_types` */
const TYPES =
  'cc8086aa73657373696f6e5f6964d9203566316433623961376332653466363038313961623063316432653366343035a4726f6c65c7050061646d696ea26174c70707ce695735a50000a6616d6f756e74c70a0231383a302e3139396532a3626967c70d0100000000000000000000000040a3736574c7030c920102'
/** `codec/verifier_metatrue_message_pack` */
const ENVELOPE =
  'cc8081a65f7261696c7383a46461746183a16101a162ac5a6fc3ab203c3e263f7ec3bfa16392c0c3a3657870c70707ce695743b50000a3707572a56c6f67696e'

/** What Rails 7.2.2.2 with msgpack 1.7.2 wrote, and the JSON that it made of what it read back. */
const READ: readonly (readonly [name: string, hex: string, railsJson: string])[] = [
  ['symbol', 'cc8093d40061d500c3a481d4006201', '["a","ä",{"b":1}]'],
  [
    'ints',
    'cc80dc001f00017fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000cf001fffffffffffffcf0020000000000000cf0020000000000001cf8000000000000000cfffffffffffffffffc70d0100000000000000000000000001c70d0100000000000000000000000040c71d010000000000000000000000000000000000000000000000000000000100ffe0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffffd3ffdfffffffffffffc70901010000000080000000c70901010000000180000000c70d0101000000000000000000000040',
    '[0,1,127,128,255,256,65535,65536,4294967295,4294967296,9007199254740991,9007199254740992,9007199254740993,9223372036854775808,18446744073709551615,18446744073709551616,1180591620717411303424,1606938044258990275541962092341162602522202993782792835301376,-1,-32,-33,-128,-129,-32768,-32769,-2147483648,-2147483649,-9007199254740993,-9223372036854775808,-9223372036854775809,-1180591620717411303424]',
  ],
  [
    'floats',
    'cc8094cb3ff8000000000000cbc002000000000000cb54b249ad2594c37dcb3fb999999999999a',
    '[1.5,-2.25,1e+100,0.1]',
  ],
  ['nan', 'cc8092cb7ff8000000000000cb7ff0000000000000', '[null,null]'],
  [
    'dec',
    'cc809cc7060231383a302e30c7070231383a2d302e30d70231383a302e316531d70231383a302e316533c70a0231383a2d302e35652d33c7090231383a302e31653231c70a0231383a302e3135652d39c70502393a4e614ec70a02393a496e66696e697479c70b02393a2d496e66696e697479c70d0231383a302e3132333435366533c70a0231383a302e3139396532',
    '["0.0","-0.0","1.0","100.0","-0.0005","100000000000000000000.0","0.00000000015",null,null,null,"123.456","19.9"]',
  ],
  ['rat', 'cc8094d5030102d503fd04d40300d5030501', '["1/2","-3/4","0/1","5/1"]'],
  ['complex', 'cc8092d5040102d50401fe', '["1+2i","1-2i"]'],
  [
    'datetime',
    'cc8092d805ce00258d73030405cd1a85cd2710f530c70a05ce00258d730000000000',
    '["2026-01-02T03:04:05.678-05:30","2026-01-02T00:00:00.000+00:00"]',
  ],
  ['date', 'cc8092c70506ce00258d73c70506ce00232de3', '["2026-01-02","1600-02-29"]'],
  [
    'time',
    'cc8094c70b07ce695735a5ce2877350800c70907ce6956e84d00cd4d58c70907ce695782fd00d1b2a8c70b07d2ed300880ce1dcd650000',
    '["2026-01-02T03:04:05.678+00:00","2026-01-02T03:04:05.000+05:30","2026-01-02T03:04:05.000-05:30","1960-01-01T00:00:00.500+00:00"]',
  ],
  [
    'duration',
    'cc8093c70d0ace0001518097c0c0c001c0c0c0c7190acb40c194000000000097c0c0c0c0cb4004000000000000c0c0c70d0ace0001518397c0c0c001c0c003',
    '[86400,9000,86403]',
  ],
  [
    'range',
    'cc8096c7030b0103c2c7050ba161a17ac3c7030b01c0c2c7030bc002c2c7110bc70506ce00258d72c70506ce00258d73c2c7070bd40061d40063c2',
    '["1..3","a...z","1..","..2","2026-01-01..2026-01-02","a..c"]',
  ],
  ['set', 'cc8091d70c9201d60c91d40061', '[[1,["a"]]]'],
  ['uri', 'cc8091c7160d68747470733a2f2f612e6578616d706c652f3f783d31', '["https://a.example/?x=1"]'],
  ['path', 'cc8091c7070f2f746d702fc3a4', '["/tmp/ä"]'],
  ['re', 'cc8091c70a10283f692d6d783a612b29', '["(?i-mx:a+)"]'],
  ['hwia', 'cc80d81181a161c70a1181a16291d61181a16301', '{"a":{"b":[{"c":1}]}}'],
  ['bin', 'cc8091c4026162', '["ab"]'],
  [
    'keys',
    'cc80840101d4006202c70d010000000000000000000000004003fb04',
    '{"1":1,"b":2,"1180591620717411303424":3,"-5":4}',
  ],
]

/** Where this reading differs from Rails 7.2 JSON, and how. */
const ZONED =
  'cc8095c70f08ce6a45d525ce1dcd650000a3555443c71808ce6a45aa000000b0416d65726963612f4e65775f596f726bc71508ce69570a800000ad4575726f70652f4c6f6e646f6ec71408ce69570a800000ac417369612f4b6f6c6b617461c72208ce69570a800000ba4561737465726e2054696d652028555320262043616e61646129'
const ADDRESSES = 'cc8093c70b0eaa31302e302e302e302f38d70ea7312e322e332e34d60ea33a3a31'

function load(hex: string): RubyValue {
  return loadMessagePack(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function dump(value: RubyValue): string {
  return Buffer.from(dumpMessagePack(value)).toString('hex')
}

function messageOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof MessagePackError) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

/** JSON with integers of any size, as Rails writes them. */
function jsonOf(value: RubyValue): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)).replaceAll(
    /"(-?\d+)n"/g,
    '$1',
  )
}

describe('MessagePack as Rails writes it', () => {
  test('is read from the vectors', () => {
    expect(load(SESSION)).toEqual(SESSION_DATA)
    expect(load(TYPES)).toEqual({
      session_id: ID,
      role: 'admin',
      at: '2026-01-02T03:04:05.000+00:00',
      amount: '19.9',
      big: 2n ** 70n,
      set: [1, 2],
    })
    expect(load(ENVELOPE)).toEqual({
      _rails: { data: { a: 1, b: 'Zoë <>&?~ÿ', c: [null, true] }, exp: '2026-01-02T04:04:05.000+00:00', pur: 'login' },
    })
  })

  test('is written with the very bytes of the vectors', () => {
    expect(dump(SESSION_DATA)).toBe(SESSION)
    expect(dump(load(SESSION))).toBe(SESSION)
  })

  test.each(READ)('of the kind "%s" reads as Rails JSON', (_name, hex, railsJson) => {
    expect(jsonOf(load(hex))).toBe(railsJson)
  })

  test('has every integer in the form that Rails gives it', () => {
    const [, ints = ''] = READ.find(([name]) => name === 'ints') ?? []
    expect(dump(load(ints))).toBe(ints)
  })

  test('keeps the zone of a time where the platform knows it, and the moment where it does not', () => {
    expect(load(ZONED)).toEqual([
      '2026-07-02T03:04:05.500Z',
      '2026-07-01T20:00:00.000-04:00',
      '2026-01-02T00:00:00.000+00:00',
      '2026-01-02T05:30:00.000+05:30',
      '2026-01-02T00:00:00.000Z', // Eastern Time (US & Canada)
    ])
  })

  test('keeps the prefix of an address, as Rails does from 8.0', () => {
    expect(load(ADDRESSES)).toEqual(['10.0.0.0/8', '1.2.3.4', '::1'])
  })

  test('of a safe buffer is text, whether Rails 8.1 wrote it or 8.2', () => {
    expect(load('cc80 c7 04 12 783c623e')).toBe('x<b>')
    expect(load('cc80 c7 05 12 a4 783c623e')).toBe('x<b>')
    expect(load(`cc80 c7 2a 12 d9 28 ${'c3a9'.repeat(20)}`)).toBe('é'.repeat(20))
    expect(load(`cc80 c7 04 12 ${'d991'.repeat(2)}`)).toBe('\u0651\u0651')
  })

  test('of an extension type that Rails has not is refused with its number', () => {
    for (const type of [19, 42, 126, 127, -1, -128]) {
      const byte = (type & 255).toString(16).padStart(2, '0')
      const message = `a MessagePack payload holds a value of the extension type ${type}`
      expect(messageOf(() => load(`cc80 d6 ${byte} 00000000`))).toBe(message)
    }
  })

  test('with an extension of the wrong content is refused with its number', () => {
    for (const [type, content] of Object.entries({
      3: '01',
      4: '0102 03',
      5: '010203',
      6: 'a161',
      7: '0102',
      8: '010203',
      10: '01',
      11: '0102',
      12: '01',
      14: '01',
      17: '90',
    })) {
      const bytes = Buffer.from(content.replaceAll(' ', ''), 'hex')
      const payload = Buffer.concat([Buffer.of(0xcc, 0x80, 0xc7, bytes.length, Number(type)), bytes])
      expect(messageOf(() => loadMessagePack(payload))).toBe(
        `a MessagePack payload has a broken value of the extension type ${type}`,
      )
    }
  })

  test('has hashes without prototypes, and refuses keys that reach them', () => {
    expect(Object.getPrototypeOf(load('cc80 80'))).toBe(Object.getPrototypeOf(nullObject()))
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const hex = Buffer.from(key).toString('hex')
      const length = key.length.toString(16).padStart(2, '0')
      expect(() => load(`cc80 81 d9 ${length} ${hex} 01`)).toThrow(MessagePackError)
      expect(() => load(`cc80 81 c4 ${length} ${hex} 01`)).toThrow(MessagePackError)
      expect(() => load(`cc80 81 c7 ${length} 00 ${hex} 01`)).toThrow(MessagePackError)
      expect(() => dump(JSON.parse(`{"${key}":1}`))).toThrow(MessagePackError)
    }
  })

  test('has text and integers for keys, and nothing else', () => {
    for (const key of ['c0', 'c3', 'cb3ff8000000000000', '90', '80', 'd6 07 00000000']) {
      expect(messageOf(() => load(`cc80 81 ${key} 01`))).toBe(
        'a MessagePack payload has a hash key that is neither text nor an integer',
      )
    }
  })

  test('nests 100 levels and no more, both ways, extensions included', () => {
    expect(() => load(`cc80 ${'91'.repeat(99)}90`)).not.toThrow()
    expect(messageOf(() => load(`cc80 ${'91'.repeat(101)}90`))).toBe('a MessagePack payload is nested too deep')
    let sets = Buffer.of(0x90)
    for (let level = 0; level < 3000; level++) {
      const head = Buffer.of(0x91, 0xc9, 0, 0, 0, 0, 12)
      head.writeUInt32BE(sets.length, 2)
      sets = Buffer.concat([head, sets])
    }
    expect(messageOf(() => loadMessagePack(Buffer.concat([Buffer.of(0xcc, 0x80), sets])))).toBe(
      'a MessagePack payload is nested too deep',
    )
    let deep: RubyValue = []
    for (let level = 1; level < 100; level++) deep = [deep]
    expect(load(dump(deep))).toEqual(deep)
    expect(messageOf(() => dump([deep]))).toBe('the data is nested too deep')
  })

  test('that counts more than it has is refused before room is made', () => {
    for (const head of [
      'ddffffffff',
      'dfffffffff',
      'dbffffffff',
      'c6ffffffff',
      'c9ffffffff00',
      'dd00ffffff',
      'dcffff90',
    ]) {
      expect(messageOf(() => load(`cc80 ${head}`))).toBe('a MessagePack payload ends too early')
    }
    expect(messageOf(() => load(`cc80 ${'dd01ffffff'.repeat(50)}`))).toBe('a MessagePack payload ends too early')
  })

  test('that is not UTF-8, not one value or not signed is refused', () => {
    for (const hex of ['cc80 a1ff', 'cc80 81a1ff01', 'cc80 d400ff'])
      expect(messageOf(() => load(hex))).toContain('not UTF-8')
    for (const hex of ['cc80', 'cc80 0101', 'cc80 c1', '', 'cc', '01', 'cc81 01']) {
      expect(() => load(hex)).toThrow(MessagePackError)
    }
  })

  test('is not written for what neither JSON nor Ruby holds', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, [Number.NEGATIVE_INFINITY]]) {
      expect(() => dump(value)).toThrow(MessagePackError)
    }
    for (const value of [new Date(0), new Map(), new Uint8Array(2), undefined, () => 1, Symbol('s'), Array(2)]) {
      expect(() => dump(value as RubyValue)).toThrow(MessagePackError) // as: what callers without types may bring
      expect(() => dump([value as RubyValue])).toThrow(MessagePackError) // as: the same
    }
    expect(load(dump('a\ud800b'))).toBe('a\ufffdb')
  })

  test('mutated gives plain data or a MessagePackError, and nothing else', () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
    // oxlint-disable-next-line no-console -- a run that fails is repeated with it
    console.log(`FUZZ_SEED=${seed}`)
    const random = new Random(seed)
    const payloads = [SESSION, TYPES, ENVELOPE, ZONED, ...READ.map(([, hex]) => hex)].map((hex) =>
      Buffer.from(hex, 'hex'),
    )
    let read = 0
    for (let count = 0; count < proof(100_000, 20_000); count++) {
      const bytes = Buffer.from(random.pick(payloads))
      for (let edits = 1 + random.below(4); edits > 0; edits--)
        bytes[2 + random.below(bytes.length - 2)] = random.below(256)
      try {
        JSON.stringify(loadMessagePack(bytes), (_key, item: unknown) => (typeof item === 'bigint' ? null : item))
        read++
      } catch (error) {
        if (!(error instanceof MessagePackError)) throw new Error(`of ${bytes.toString('hex')}`, { cause: error })
      }
    }
    expect(read).toBeGreaterThan(1000)
  })
})
