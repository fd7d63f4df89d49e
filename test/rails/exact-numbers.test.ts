import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { exactValue } from '../../src/rails/exact-json.ts'
import { exactJson } from '../../src/rails/exact-numbers.ts'
import { railsJar } from '../../src/rails/index.ts'
import { dumpMessagePack, loadMessagePack } from '../../src/rails/message-pack.ts'
import { base, ID, minted, NAME, payloadBytes, payloadOf, seen, setUp, type Loose } from './beside-rails.ts'

const BIG = '112345678901234567'

function visited(json: string, change: (session: Loose) => void): string {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}",${json}}`))
  visitor.visit(({ session }) => change(session))
  return payloadOf(visitor).slice(`{"session_id":"${ID}",`.length, -1)
}

test.each([
  [BIG, BIG],
  ['-9007199254740992', '-9007199254740992'],
  ['9007199254740991', 9_007_199_254_740_991],
  ['1e20', 1e20],
  ['1.0', 1],
  [`[${BIG},{"id":18446744073709551615}]`, [BIG, { id: '18446744073709551615' }]],
])('the number %s reads as %j: an integer that no number holds is its digits as text', (text, value) => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","user_id":${text}}`))
  expect(JSON.stringify(seen(visitor, (session) => session['user_id']))).toBe(JSON.stringify(value))
})

describe('in a key that is changed elsewhere', () => {
  test.each<[string, (cart: never) => void, string]>([
    [`{"id":${BIG},"qty":1}`, (cart: { qty: number }) => (cart.qty = 2), `{"id":${BIG},"qty":2}`],
    [`[${BIG},1]`, (list: unknown[]) => list.unshift('first'), `["first",${BIG},1]`],
    [`[1.0,2,{"a":1e400}]`, (list: unknown[]) => list.push(3), `[1.0,2,{"a":1e400},3]`],
    [`[1.0,2.50,3]`, (list: unknown[]) => list.unshift(0), `[0,1.0,2.50,3]`],
    [`[9,1.0,2.0]`, (list: unknown[]) => list.splice(0, 1), `[1.0,2.0]`],
    [`{"rate":1.0,"sum":7}`, (cart: { rate: number }) => (cart.rate = 2), `{"rate":2,"sum":7}`],
    [`{"rate":-0.0,"sum":7}`, (cart: { sum: number }) => (cart.sum = 8), `{"rate":-0.0,"sum":8}`],
    [
      `{"id":${BIG},"same":"${BIG}","x":1}`,
      (cart: { x: number }) => (cart.x = 2),
      `{"id":${BIG},"same":"${BIG}","x":2}`,
    ],
    [
      `{"id":${BIG},"name":"<b>"}`,
      (cart: { x: number }) => (cart.x = 2),
      `{"id":${BIG},"name":"\\u003cb\\u003e","x":2}`,
    ],
  ])('%s keeps its numbers', (before, change, after) => {
    expect(visited(`"cart":${before}`, (session) => change(session['cart'] as never))).toBe(`"cart":${after}`)
  })
})

test('text that is assigned stays text, and a Float that JavaScript has no other form for stays a Float', () => {
  expect(visited('"a":1', (session) => Object.assign(session, { other: BIG, far: 1e20, all: [2 ** 60] }))).toBe(
    `"a":1,"other":"${BIG}","far":1e+20,"all":[1.152921504606847e+18]`,
  )
})

test('a number that was assigned reads as the same number on the next request', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session['far'] = [1e20, 2 ** 60, -(2 ** 53)]))
  expect(seen(visitor, (session) => session['far'])).toEqual([1e20, 2 ** 60, -(2 ** 53)])
})

test('in a flash, too', () => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","flash":{"discard":[],"flashes":{"id":${BIG}}}}`))
  visitor.visit(({ session }) => {
    session.flash.keep()
    session.flash.notice = 'x'
  })
  expect(payloadOf(visitor)).toContain(`"flashes":{"id":${BIG},"notice":"x"}`)
})

test('under MessagePack a large integer in a changed key stays the integer that it is', () => {
  const options = { defaults: '7.2', serializer: 'message_pack' } as const
  const { visitor } = setUp(options)
  const cart = { id: 2n ** 64n - 1n, far: -(10n ** 40n), qty: 1 }
  visitor.cookies.set(NAME, minted(dumpMessagePack({ session_id: ID, cart }), options))
  visitor.visit(({ session }) => {
    const held = session['cart'] as { id: string; qty: number }
    expect(held.id).toBe('18446744073709551615')
    held.qty = 2
  })
  expect(loadMessagePack(payloadBytes(visitor, options))).toEqual({ session_id: ID, cart: { ...cart, qty: 2 } })
})

test('a cookie of the jar gives its digits as text, and an older secret does not change what it holds', () => {
  const older = { ...base, secretKeyBase: 'old'.repeat(20) }
  const jar = railsJar(older)
  jar.signed.set('id', 2 ** 52)
  const [line = ''] = jar.commit()
  expect(railsJar({ ...older, cookieHeader: line.split(';')[0] }).signed.get('id')).toBe(2 ** 52)
})

test('exact JSON says every number of a text again', () => {
  const number = fc.oneof(
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom('1.0', '-0', '-0.0', '1e400', '2.50', '0.1e-7', '12E+3'),
  )
  const text = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      number,
      fc.string().map((value) => JSON.stringify(value)),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value')).map((items) => `[${items.join(',')}]`),
    map: fc
      .dictionary(
        fc.string().filter((key) => !/^\d|__proto__/.test(key)),
        tie('value'),
      )
      .map(
        (items) =>
          `{${Object.entries(items)
            .map(([key, item]) => `${JSON.stringify(key)}:${String(item)}`)
            .join(',')}}`,
      ),
  })).value as fc.Arbitrary<string> // as: each gives text
  fc.assert(
    fc.property(text, (json) => {
      expect(exactJson(exactValue(json)).replaceAll(/-0(?![.\d])/g, '0')).toBe(json.replaceAll(/-0(?![.\d])/g, '0'))
    }),
  )
})
