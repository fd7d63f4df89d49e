import { describe, expect, test } from 'vitest'
import { loadMarshal, MarshalError } from '../../src/rails/marshal.ts'
import { nullObject } from '../../src/serializers/plain.ts'

const ID = '5f1d3b9a7c2e4f60819ab0c1d2e3f405'

/** Minted by real Rails, see test/rails: the first vector that holds each. */
const VECTORS: readonly (readonly [id: string, hex: string, data: unknown])[] = [
  [
    '5.2.8.1 session/serializer_marshal',
    '04087b0b49220f73657373696f6e5f6964063a0645544922253566316433623961376332653466363038313961623063316432653366343035063b005449220c757365725f6964063b0054692f4922105f637372665f746f6b656e063b005449223051563653553474455a373971657934515679744161424163713531784b414341375f42776b3172365a7755063b00544922096e616d65063b00544922095a6fc3ab063b00544922096c697374063b00545b0969066608322e35305449220668063b00547b064922066b063b005449220676063b0054',
    {
      session_id: ID,
      user_id: 42,
      _csrf_token: 'QV6SU4tEZ79qey4QVytAaBAcq51xKACA7_Bwk1r6ZwU',
      name: 'Zoë',
      list: [1, 2.5, null, true],
      h: { k: 'v' },
    },
  ],
  [
    '5.2.8.1 legacy/cbc_marshal_by_json',
    '04087b0849220f73657373696f6e5f6964063a0645544922253566316433623961376332653466363038313961623063316432653366343035063b005449220c757365725f6964063b0054692f4922105f637372665f746f6b656e063b005449223051563653553474455a373971657934515679744161424163713531784b414341375f42776b3172365a7755063b0054',
    { session_id: ID, user_id: 42, _csrf_token: 'QV6SU4tEZ79qey4QVytAaBAcq51xKACA7_Bwk1r6ZwU' },
  ],
  ['5.2.8.1 jar/signed_marshal', '0408692f', 42],
  [
    '5.2.8.1 foreign/inner_marshal',
    '04087b0749220f73657373696f6e5f6964063a0645544922253566316433623961376332653466363038313961623063316432653366343035063b005449220c757365725f6964063b0054692f',
    { session_id: ID, user_id: 42 },
  ],
  [
    '5.2.8.1 codec/encryptor_marshal',
    '04087b0849220661063a064554690649220662063b00544922115a6fc3ab203c3e263f7ec3bf063b005449220663063b00545b073054',
    { a: 1, b: 'Zoë <>&?~ÿ', c: [null, true] },
  ],
]

/** `Marshal.dump` of Ruby, and what `ActiveSupport::JSON.encode` of Rails 6.1 and 7.2 makes of the same object. */
const READ: readonly (readonly [name: string, hex: string, railsJson: string])[] = [
  [
    'time utc (Ruby 3.1 and 3.3)',
    '040849753a0954696d650d43801fc000005010063a097a6f6e65492208555443063a064546',
    '"2026-01-02T03:04:05.000Z"',
  ],
  [
    'time utc ms (Ruby 3.1 and 3.3)',
    '040849753a0954696d650d43801fc0f55b5a10063a097a6f6e65492208555443063a064546',
    '"2026-01-02T03:04:05.678Z"',
  ],
  [
    'time utc nano (Ruby 3.1)',
    '040849753a0954696d650d43801fc0f55b5a10093a097a6f6e65492208555443063a0645463a0d6e616e6f5f6e756d6901ea3a0d6e616e6f5f64656e69063a0d7375626d6963726f22072340',
    '"2026-01-02T03:04:05.678Z"',
  ],
  [
    'time subnano (Ruby 3.1)',
    '040849753a0954696d650d43801fc0f55b5a10093a097a6f6e65492208555443063a0645463a0d6e616e6f5f6e756d690367e5113a0d6e616e6f5f64656e690288133a0d7375626d6963726f22072340',
    '"2026-01-02T03:04:05.678Z"',
  ],
  [
    'time +5:30 (Ruby 3.1)',
    '040849753a0954696d650d35801f8000005088073a097a6f6e65303a0b6f66667365746902584d',
    '"2026-01-02T03:04:05.000+05:30"',
  ],
  [
    'time -3 (Ruby 3.1)',
    '040849753a0954696d650d46801f8000005010073a097a6f6e65303a0b6f666673657469fed0d5',
    '"2026-01-02T03:04:05.000-03:00"',
  ],
  [
    'time +00:00 (Ruby 3.1)',
    '040849753a0954696d650d43801f8000005010073a097a6f6e65303a0b6f66667365746900',
    '"2026-01-02T03:04:05.000+00:00"',
  ],
  [
    'time offset sec (Ruby 3.1)',
    '040849753a0954696d650d35801f8000002087073a097a6f6e65303a0b6f66667365746902674d',
    '"2026-01-02T03:04:05.000+05:30"',
  ],
  [
    'time 1969 (Ruby 3.1 and 3.3)',
    '040849753a0954696d650de06f11c000000000063a097a6f6e65492208555443063a064546',
    '"1969-12-31T00:00:00.000Z"',
  ],
  [
    'time 3000 (Ruby 3.1 and 3.3)',
    '040849753a0954696d650df72f13c13f42bfef063a097a6f6e65492208555443063a064546',
    '"3000-12-31T23:59:59.999Z"',
  ],
  [
    'time local (Ruby 3.1)',
    '040849753a0954696d650d41981f8000005010073a097a6f6e6549220943455354063a0645463a0b6f66667365746902201c',
    '"2026-07-02T03:04:05.000+02:00"',
  ],
  [
    'time at (Ruby 3.1)',
    '040849753a0954696d650d2080118020a10700073a097a6f6e65492208434554063a0645463a0b6f66667365746902100e',
    '"1970-01-01T01:00:00.500+01:00"',
  ],
  [
    'hwia (Ruby 3.1 and 3.3)',
    '0408433a2d416374697665537570706f72743a3a4861736857697468496e646966666572656e744163636573737b0649220661063a0645546906',
    '{"a":1}',
  ],
  [
    'hwia nested (Ruby 3.1 and 3.3)',
    '0408433a2d416374697665537570706f72743a3a4861736857697468496e646966666572656e744163636573737b0649220661063a064554433b007b0649220662063b06545b06433b007b0649220663063b06546906',
    '{"a":{"b":[{"c":1}]}}',
  ],
  ['exts (Ruby 3.1 and 3.3)', '040849220661063a064554', '"a"'],
  ['binascii (Ruby 3.1 and 3.3)', '040822076162', '"ab"'],
  ['ascii (Ruby 3.1 and 3.3)', '04084922076162063a064546', '"ab"'],
  ['utf8 (Ruby 3.1 and 3.3)', '04084922095a6fc3ab063a064554', '"Zoë"'],
  ['sym (Ruby 3.1 and 3.3)', '04085b093a06613b00493a07c3a4063a0645543b06', '["a","a","ä","ä"]'],
  [
    'fl (Ruby 3.1 and 3.3)',
    '04085b1366063066072d306606316608312e35660a2d322e3235660931653230660931652d37660a31653130306608302e316617302e3333333333333333333333333333333366173132333435363738392e3132333435363739660b35652d333234661b312e3739373639333133343836323331353765333038660933653130',
    '[0.0,-0.0,1.0,1.5,-2.25,1.0e+20,1.0e-07,1.0e+100,0.1,0.3333333333333333,123456789.12345679,5.0e-324,1.7976931348623157e+308,30000000000.0]',
  ],
  ['inf (Ruby 3.1 and 3.3)', '04085b086608696e6666092d696e6666086e616e', '[null,null,null]'],
  [
    'links2 (Ruby 3.1 and 3.3)',
    '04085b0b49753a0954696d650d20801fc000000000063a097a6f6e65492208555443063a06454640075b064922067a063b075440084922077a32063b07544008',
    '["2026-01-01T00:00:00.000Z","2026-01-01T00:00:00.000Z",["z"],["z"],"z2",["z"]]',
  ],
  [
    'links3 (Ruby 3.1)',
    '04085b0849753a0954696d650d43801fc040e25110093a097a6f6e65492208555443063a0645463a0d6e616e6f5f6e756d690215033a0d6e616e6f5f64656e69063a0d7375626d6963726f2207789049220678063b07544009',
    '["2026-01-02T03:04:05.123Z","x","x"]',
  ],
  ['hashdef (Ruby 3.1 and 3.3)', '04085b087d0649220661063a0645546906690a400649220678063b0054', '[{"a":1},{"a":1},"x"]'],
  [
    'keys (Ruby 3.1 and 3.3)',
    '04087b09690669063a0662690749220663063a06455469086c2b0a000000000000000040006909',
    '{"1":1,"b":2,"c":3,"1180591620717411303424":4}',
  ],
  [
    'time utc nano (Ruby 3.3)',
    '040849753a0954696d650d43801fc0f55b5a10093a0d6e616e6f5f6e756d6901ea3a0d6e616e6f5f64656e69063a0d7375626d6963726f220723403a097a6f6e65492208555443063a064546',
    '"2026-01-02T03:04:05.678Z"',
  ],
  [
    'time subnano (Ruby 3.3)',
    '040849753a0954696d650d43801fc0f55b5a10093a0d6e616e6f5f6e756d690367e5113a0d6e616e6f5f64656e690288133a0d7375626d6963726f220723403a097a6f6e65492208555443063a064546',
    '"2026-01-02T03:04:05.678Z"',
  ],
  [
    'time +5:30 (Ruby 3.3)',
    '040849753a0954696d650d35801f8000005088073a0b6f66667365746902584d3a097a6f6e6530',
    '"2026-01-02T03:04:05.000+05:30"',
  ],
  [
    'time -3 (Ruby 3.3)',
    '040849753a0954696d650d46801f8000005010073a0b6f666673657469fed0d53a097a6f6e6530',
    '"2026-01-02T03:04:05.000-03:00"',
  ],
  [
    'time +00:00 (Ruby 3.3)',
    '040849753a0954696d650d43801f8000005010073a0b6f666673657469003a097a6f6e6530',
    '"2026-01-02T03:04:05.000+00:00"',
  ],
  [
    'time offset sec (Ruby 3.3)',
    '040849753a0954696d650d35801f8000002087073a0b6f66667365746902674d3a097a6f6e6530',
    '"2026-01-02T03:04:05.000+05:30"',
  ],
  [
    'time local (Ruby 3.3)',
    '040849753a0954696d650d41981f8000005010073a0b6f66667365746902201c3a097a6f6e6549220943455354063a064546',
    '"2026-07-02T03:04:05.000+02:00"',
  ],
  [
    'time at (Ruby 3.3)',
    '040849753a0954696d650d2080118020a10700073a0b6f66667365746902100e3a097a6f6e65492208434554063a064546',
    '"1970-01-01T01:00:00.500+01:00"',
  ],
  [
    'links3 (Ruby 3.3)',
    '04085b0849753a0954696d650d43801fc040e25110093a0d6e616e6f5f6e756d690215033a0d6e616e6f5f64656e69063a0d7375626d6963726f220778903a097a6f6e65492208555443063a06454649220678063b0a544009',
    '["2026-01-02T03:04:05.123Z","x","x"]',
  ],
  [
    'twz (Ruby 3.1)',
    '0408553a20416374697665537570706f72743a3a54696d65576974685a6f6e655b0849753a0954696d650d40801fc000000000063a097a6f6e65492208555443063a064546492215416d65726963612f4e65775f596f726b063b085449753b060d33801fc000000000063b074007',
    '"2026-01-01T19:00:00.000-05:00"',
  ],
  ['date (Ruby 3.1)', '0408553a09446174655b0b69006903738d25690069006900660c32323939313631', '"2026-01-02"'],
  [
    'datetime (Ruby 3.1)',
    '0408553a0d4461746554696d655b0b69006903738d25690069006900660c32323939313631',
    '"2026-01-02T00:00:00.000+00:00"',
  ],
  ['bigdecimal (Ruby 3.1)', '0408753a0f426967446563696d616c0f31383a302e3139396532', '"19.9"'],
  ['set (Ruby 3.1)', '04086f3a08536574063a0a40686173687d0769065469075446', '[1,2]'],
  ['range (Ruby 3.1)', '04086f3a0a52616e6765083a096578636c463a0a626567696e69063a08656e646908', '"1..3"'],
  ['rational (Ruby 3.1)', '0408553a0d526174696f6e616c5b0769066907', '"1/2"'],
  ['class (Ruby 3.1)', '0408630b537472696e67', '"String"'],
  ['mod (Ruby 3.1)', '04086d0b4b65726e656c', '"Kernel"'],
  ['regexp (Ruby 3.1)', '0408492f066101063a064546', '"(?i-mx:a)"'],
  [
    'safebuffer (Ruby 3.1)',
    '040849433a1e416374697665537570706f72743a3a53616665427566666572220678073a0645543a0f4068746d6c5f7361666554',
    '"x"',
  ],
  ['ivars (Ruby 3.1)', '040849220673073a0645543a0940666f6f6906', '"s"'],
]

/** `Marshal.dump` of Ruby 3.1; the messages are whole. */
const REFUSED: readonly (readonly [name: string, hex: string, message: string])[] = [
  [
    'time 1800',
    '040849753a0954696d650fe02f00c0000000000664063a097a6f6e65492208555443063a064546',
    'a Marshal payload holds a Time in a form that is not known',
  ],
  [
    'time 12345',
    '040849753a0954696d650de06f33ca00000000063a097a6f6e65492208555443063a064546',
    'a Marshal payload holds a Time in a form that is not known',
  ],
  ['struct', '0408533a075374063a06616906', 'a Marshal payload holds an object of class St'],
  ['obj', '04086f3a0c4163636f756e74063a0740616906', 'a Marshal payload holds an object of class Account'],
  ['strsub', '040849433a084d7953220678063a064554', 'a Marshal payload holds an object of class MyS'],
  ['arrsub', '0408433a084d79415b066906', 'a Marshal payload holds an object of class MyA'],
  ['ext', '0408653a0f436f6d70617261626c655b00', 'a Marshal payload holds an object extended with Comparable'],
  [
    'um',
    '0408553a1147656d3a3a56657273696f6e5b06492208312e32063a064554',
    'a Marshal payload holds an object of class Gem::Version',
  ],
  ['bin', '04082207fffe', 'a Marshal payload holds a binary string that is not UTF-8'],
  [
    'latin1',
    '04084922085a6feb063a0d656e636f64696e67220f49534f2d383835392d31',
    'a Marshal payload holds a string that is not UTF-8',
  ],
  [
    'utf16',
    '040849220961006200063a0d656e636f64696e67220d5554462d31364c45',
    'a Marshal payload holds a string in the encoding UTF-16LE',
  ],
  ['badutf8', '0408492206ff063a064554', 'a Marshal payload holds a string that is not UTF-8'],
  ['keysf', '04087b066608312e356906', 'a Marshal payload has a hash key that is neither text nor an integer'],
  ['keysn', '04087b06306906', 'a Marshal payload has a hash key that is neither text nor an integer'],
  [
    'proto',
    '04087b0649220e5f5f70726f746f5f5f063a0645547b0649220661063b00546906',
    'a Marshal payload has a key that reaches prototypes',
  ],
  ['cbi', '0408433a09486173687b0649220661063a0645546906', 'a Marshal payload holds an object of class Hash'],
]

/** Marshal's head and then these characters, as bytes. */
function marshal(text: string): Uint8Array {
  return Buffer.from(`\x04\b${text}`, 'latin1')
}

function messageOf(bytes: Uint8Array): string {
  try {
    loadMarshal(bytes)
  } catch (error) {
    if (error instanceof MarshalError) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What a payload says, or why it is not read. */
function readOrRefusal(bytes: Uint8Array): unknown {
  try {
    return loadMarshal(bytes)
  } catch {
    return messageOf(bytes)
  }
}

describe('a Marshal payload', () => {
  test.each(VECTORS)('of the vector %s is read', (_id, hex, data) => {
    expect(loadMarshal(Buffer.from(hex, 'hex'))).toEqual(data)
  })

  test.each(READ)('of %s reads as Rails JSON', (_name, hex, railsJson) => {
    expect(JSON.stringify(loadMarshal(Buffer.from(hex, 'hex')))).toBe(JSON.stringify(JSON.parse(railsJson)))
  })

  test.each(REFUSED)('of %s is refused with a message that says what it is', (_name, hex, message) => {
    expect(messageOf(Buffer.from(hex, 'hex'))).toBe(message)
  })

  test('keeps integers beyond 2^53 as bigints, and smaller ones as numbers, whatever their form', () => {
    const hex =
      '04085b0d690669ff846902ff006c2b07000000406c2b09ffffffffffff1f006c2b0900000000000020006c2d0901000000000020006c2b0a00000000000000004000'
    expect(loadMarshal(Buffer.from(hex, 'hex'))).toEqual([
      1,
      -124,
      255,
      2 ** 30,
      2 ** 53 - 1,
      2n ** 53n,
      -(2n ** 53n) - 1n,
      2n ** 70n,
    ])
  })

  test('counts big integers, but not Fixnums, when it numbers what is linked', () => {
    const hex = '04085b0b6c2b080000000000016c2b0800000000000149220671063a06455440086608312e354008'
    expect(loadMarshal(Buffer.from(hex, 'hex'))).toEqual([2 ** 40, 2 ** 40, 'q', 'q', 1.5, 'q'])
  })

  test('gives every place that links to a container a container of its own', () => {
    const loaded = loadMarshal(Buffer.from('04085b0a5b0669067b064922066b063a064554400640063a06785b063b06', 'hex'))
    expect(loaded).toEqual([[1], { k: [1] }, [1], 'x', ['x']])
    if (!Array.isArray(loaded)) throw new Error('no array')
    expect(loaded[0]).not.toBe(loaded[2])
  })

  test('has hashes without prototypes', () => {
    const loaded = loadMarshal(marshal('{\x06:\x06a{\x00'))
    expect(Object.getPrototypeOf(loaded)).toBe(Object.getPrototypeOf(nullObject()))
    expect(Reflect.has(Object(loaded), 'toString')).toBe(false)
  })

  test.each(['__proto__', 'constructor', 'prototype'])('with the key %s is refused, in each form of a key', (key) => {
    const text = `${String.fromCharCode(key.length + 5)}${key}`
    for (const form of [`:${text}`, `"${text}`, `I:${text}\x06:\x06ET`, `I"${text}\x06:\x06ET`]) {
      expect(messageOf(marshal(`{\x06${form}i\x06`))).toBe('a Marshal payload has a key that reaches prototypes')
    }
    expect(messageOf(marshal(`[\x07"${text}{\x06@\x06i\x06`))).toBe(
      'a Marshal payload has a key that reaches prototypes',
    )
  })

  test('does not take a Time, a Float or a container for a hash key by a link to it', () => {
    for (const target of ['f\x081.5', '[\x00', 'Iu:\tTime\r\x43\x80\x1f\xc0\x00\x00\x50\x10\x00']) {
      expect(messageOf(marshal(`[\x07${target}{\x06@\x06i\x06`))).toContain('neither text nor an integer')
    }
  })

  test('of the last value wins where a key comes twice', () => {
    expect(loadMarshal(marshal('{\x07:\x06ai\x06"\x06ai\x07'))).toEqual({ a: 2 })
  })

  test('that contains itself is refused', () => {
    expect(messageOf(marshal('[\x06@\x00'))).toBe('a Marshal payload contains itself, or links to nothing')
    expect(messageOf(Buffer.from('04087b064922076d65063a0645544000', 'hex'))).toContain('contains itself')
  })

  test('nests 100 levels and no more, with what is linked', () => {
    expect(() => loadMarshal(marshal(`${'[\x06'.repeat(99)}[\x00`))).not.toThrow()
    expect(messageOf(marshal(`${'[\x06'.repeat(100)}[\x00`))).toBe('a Marshal payload is nested too deep')
    const linked = `[\x07[\x06[\x00${'[\x06'.repeat(98)}@\x06`
    expect(messageOf(marshal(linked))).toBe('a Marshal payload is nested too deep')
    expect(messageOf(marshal('C:\x02\x00\x00'.repeat(50_000)))).toMatch(/^a Marshal payload/)
    const zones = 'Iu:\tTime\r\x43\x80\x1f\xc0\x00\x00\x50\x10\x06:\tzone'
    expect(messageOf(marshal(zones.repeat(20_000)))).toBe('a Marshal payload is nested too deep')
  })

  test('that counts more than it has is refused before room is made', () => {
    for (const head of ['[', '{', '"', ':', 'f', 'l+', 'c', '}', 'I"', 'u:\tTime']) {
      expect(messageOf(marshal(`${head}\x04\xff\xff\xff\x7f`))).toMatch(/^a Marshal payload /)
      expect(messageOf(marshal(`${head}\xfa`))).toMatch(/^a Marshal payload /)
    }
  })

  test('whose links double it thirty times is refused at once', () => {
    let bomb = '"\x06x@\x22'
    for (let level = 1; level < 30; level++) bomb = `[\x07${bomb}`
    for (let level = 28; level > 0; level--) bomb += `@${String.fromCharCode(level + 5)}`
    const started = performance.now()
    expect(messageOf(marshal(bomb))).toMatch(/^a Marshal payload holds more than 1048576 bytes$/)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('of another version, cut anywhere, or with something behind it is refused', () => {
    expect(messageOf(Buffer.from('040769', 'hex'))).toBe('a payload is of Marshal 4.7, not 4.8')
    expect(messageOf(marshal('i\x06i'))).toBe('a Marshal payload is followed by 1 bytes')
    for (const [, hex] of VECTORS) {
      const bytes = Buffer.from(hex, 'hex')
      for (let length = 0; length < bytes.length; length++) expect(messageOf(bytes.subarray(0, length))).not.toBe('')
    }
  })

  test('with a time that no clock shows is refused', () => {
    const bytes = Buffer.from('040849753a0954696d650d43801fc00000501000', 'hex')
    expect(loadMarshal(bytes)).toBe('2026-01-02T03:04:05.000Z')
    for (let bit = 0; bit < 64; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(11 + (bit >> 3)) ^ (1 << (bit & 7)), 11 + (bit >> 3))
      expect(readOrRefusal(changed)).toMatch(
        /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|a Marshal payload holds a Time .+)$/,
      )
    }
  })
})
