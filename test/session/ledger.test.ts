import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSessions, SessionError, type Session } from '../../src/index.ts'
import { isPrototypeKey } from '../../src/serializers/plain.ts'
import { RESERVED_KEYS } from '../../src/session/reserved-keys.ts'
import { EventLog, SECRET, Visitor } from '../support/visitor.ts'
import { proof } from '../support/proof.ts'

type Loose = Record<string, unknown>

const NAME = 'session'

const SESSIONS = proof(10_000, 2000)

function valueOf(setCookie: readonly string[]): string {
  return /^[^=]+=([^;]*)/.exec(setCookie[0] ?? '')?.[1] ?? ''
}

test(`the predicted size is the real size of the cookie, for ${SESSIONS} random sessions`, () => {
  const sessions = createSessions<Loose>({ name: NAME, secrets: [SECRET], guard: 'json' })
  const key = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !RESERVED_KEYS.has(text) && !isPrototypeKey(text))
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' })
  const edit = fc.record({ key, value, nested: fc.boolean(), remove: fc.boolean() })
  let compared = 0
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.option(fc.string({ unit: 'grapheme' })), (edits, notice) => {
      let predicted = 0
      const commit = new Visitor(sessions).visit(({ session }) => {
        try {
          for (const { key: name, value: item, nested, remove } of edits) {
            session[name] = item
            const held = session[name]
            if (nested && Array.isArray(held)) held.push(item)
            if (remove) delete session[name]
          }
          if (notice !== null) session.flash.notice = notice
        } catch (error) {
          if (!(error instanceof SessionError)) throw error
        }
        session.renew()
        predicted = session.size.bytes
        expect(session.size.remaining).toBe(4096 - predicted)
      })
      expect(NAME.length + valueOf(commit.setCookie).length).toBe(predicted)
      compared++
    }),
    { numRuns: SESSIONS },
  )
  expect(compared).toBe(SESSIONS)
})

test('sizes that are counted by difference are the real ones, whatever is done to values inside, 10,000 times', () => {
  const roomy = createSessions<Loose>({
    name: NAME,
    secrets: [SECRET],
    guard: { maxDepth: 99, maxValueBytes: 9999, refuseRecords: false },
  })
  const text = fc.string({ unit: 'binary', maxLength: 5 })
  const item = fc.oneof(fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }), text, fc.constant('"\\\u2028\ud800é'))
  const at = fc.integer({ min: -3, max: 5 })
  const edit = fc.record({
    verb: fc.constantFrom(
      'push',
      'pop',
      'shift',
      'unshift',
      'splice',
      'index',
      'length',
      'sort',
      'reverse',
      'fill',
      'copyWithin',
      'set',
      'delete',
      'nest',
      'flash',
      'now',
      'unflash',
      'keep',
      'discard',
      'assigned',
    ),
    at,
    to: at,
    item,
    name: fc.constantFrom('a', 'b', 'ü"', 'flash', '0'),
  })
  type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never
  const apply = (session: Session<Loose>, given: unknown[], { verb, at: from, to, item: value, name }: Edit): void => {
    const list = session['list'] as unknown[]
    const map = session['map'] as Loose
    const index = Math.min(Math.abs(from), list.length)
    if (verb === 'push') list.push(value, value)
    else if (verb === 'pop') list.pop()
    else if (verb === 'shift') list.shift()
    else if (verb === 'unshift') list.unshift(value)
    else if (verb === 'splice') list.splice(from, to, value)
    else if (verb === 'index') list[index] = value
    else if (verb === 'length') list.length = index
    else if (verb === 'sort') list.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
    else if (verb === 'reverse') list.reverse()
    else if (verb === 'fill') list.fill(value, from, to)
    else if (verb === 'copyWithin') list.copyWithin(from, to)
    else if (verb === 'set') map[name] = value
    else if (verb === 'delete') delete map[name]
    else if (verb === 'nest') map['inside'] = { list: [value], map: { [name]: value } }
    else if (verb === 'flash') session.flash[name] = value as string
    else if (verb === 'now') session.flash.now[name] = value as string
    else if (verb === 'unflash') delete session.flash[name]
    else if (verb === 'keep') session.flash.keep(from > 0 ? name : undefined)
    else if (verb === 'discard') session.flash.discard(from > 0 ? name : undefined)
    else given.push(name)
  }
  let compared = 0
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), fc.array(edit, { maxLength: 8 }), (before, edits) => {
      const visitor = new Visitor(roomy)
      for (const todo of [before, edits]) {
        let predicted = 0
        const commit = visitor.visit(({ session }) => {
          const given: unknown[] = [1]
          session['list'] ??= []
          session['map'] ??= { a: 1 }
          session['given'] = given
          for (const each of todo) {
            try {
              apply(session, given, each)
            } catch (error) {
              if (!(error instanceof SessionError)) throw error
            }
          }
          given.length = Math.min(given.length, 3)
          session.renew()
          predicted = session.size.bytes
        })
        expect(NAME.length + valueOf(commit.setCookie).length).toBe(predicted)
        compared++
      }
    }),
    { numRuns: 5000 },
  )
  expect(compared).toBe(10_000)
}, 120_000)

test('4096 bytes of name and value pass, 4097 throw at the assignment that makes them', () => {
  // The length of base64url is never 1 modulo 4, so the name's length decides which totals can be met.
  for (const name of ['s', 'se', 'ses', 'sess']) {
    const sessions = createSessions<Loose>({ name, secrets: [SECRET], guard: 'json' })
    const commit = new Visitor(sessions).visit(({ session }) => {
      session['kept'] = 'before'
      let length = 2000
      expect(() => {
        for (;;) session['text'] = 'x'.repeat(++length)
      }).toThrow(expect.objectContaining({ code: 'ERR_COOKIE_OVERFLOW' }))
      expect(session['text']).toHaveLength(length - 1)
      expect(session.size.bytes).toBeLessThanOrEqual(4096)
      expect(session.size.bytes).toBeGreaterThan(4094)
      expect(session['kept']).toBe('before')
    })
    expect(name.length + valueOf(commit.setCookie).length).toBeLessThanOrEqual(4096)
  }
})

test('a cookie of exactly 4096 bytes can be made, and one byte more is 4097 in the message', () => {
  const sizes = ['s', 'se', 'ses', 'sess'].map((name) => {
    const sessions = createSessions<Loose>({ name, secrets: [SECRET], guard: 'json' })
    const found = { fits: false, message: '' }
    new Visitor(sessions).visit(({ session }) => {
      for (let length = 2900; length < 3100; length++) {
        try {
          session['text'] = 'x'.repeat(length)
          if (session.size.bytes === 4096) found.fits = true
        } catch (error) {
          if (found.message === '' && error instanceof SessionError) found.message = error.message
        }
      }
    })
    return found
  })
  expect(sizes.some(({ fits }) => fits)).toBe(true)
  expect(sizes.some(({ message }) => message.includes('overflowed with size 4097 bytes, 1 over the 4096'))).toBe(true)
})

test('an overflow says the size, the excess, the heaviest keys and what to do, and is an event', () => {
  const log = new EventLog()
  const sessions = createSessions<Loose>({
    name: '_billing_session',
    secrets: [SECRET],
    onEvent: log.hear,
  })
  new Visitor(sessions).visit(({ session }) => {
    session['cart'] = 'c'.repeat(210)
    expect(() => (session['account'] = 'sesame'.repeat(800))).toThrow(
      '_billing_session cookie overflowed with size 6827 bytes, 2731 over the 4096 that browsers keep. Heaviest keys: "account" 4812, "cart" 219. Store an id in place of "account", or move this session to a server store.',
    )
    expect(session['account']).toBeUndefined()
    expect(session.size.byKey).toEqual({ cart: 219 })
  })
  expect(log.events).toMatchObject([{ type: 'overflow', bytes: 6827, cookie: '_billing_session' }])
})

test.each<[string, (session: { cart: { items: string[]; note?: string } }) => void]>([
  ['an item pushed', (session) => session.cart.items.push('x'.repeat(4000))],
  ['an item replaced', (session) => (session.cart.items[0] = 'x'.repeat(4000))],
  ['a property set', (session) => (session.cart.note = 'x'.repeat(4000))],
])('too much in a value that was there is refused at that line, as the first write of a request: %s', (_, write) => {
  const sessions = createSessions<{ cart: { items: string[]; note?: string } }>({
    name: NAME,
    secrets: [SECRET],
    guard: 'json',
  })
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.cart = { items: ['a'] }))
  const commit = visitor.visit(({ session }) => {
    const { cart } = session
    if (cart === undefined) throw new Error('the cart is not there')
    expect(() => write({ cart })).toThrow(expect.objectContaining({ code: 'ERR_COOKIE_OVERFLOW' }))
    expect({ ...session }).toEqual({ cart: { items: ['a'] } })
    expect(session.size.remaining).toBeGreaterThan(3000)
  })
  expect(commit.setCookie).toEqual([])
})

test('what was accepted line by line can be sent, whatever was changed in a session that was there', () => {
  type Item = string | { note?: string }
  type Data = Record<string, { items: Item[]; note?: string }>
  const sessions = createSessions<Data>({ name: NAME, secrets: [SECRET], guard: 'json' })
  const key = fc.constantFrom('a', 'b', 'c')
  const text = fc.nat(2500).map((length) => 'x'.repeat(length))
  const edit = fc.record({
    key,
    text,
    do: fc.constantFrom('push', 'replace', 'note', 'nest', 'shift', 'set', 'delete'),
  })
  let refused = 0
  let sent = 0
  fc.assert(
    fc.property(
      fc.dictionary(
        key,
        text.filter((each) => each.length < 800),
      ),
      fc.array(edit),
      (stored, edits) => {
        const visitor = new Visitor(sessions)
        visitor.visit(({ session }) => {
          for (const [name, item] of Object.entries(stored)) session[name] = { items: [item] }
        })
        const commit = visitor.visit(({ session }) => {
          for (const { key: name, text: item, do: verb } of edits) {
            const held = session[name]
            const before = JSON.stringify({ ...session })
            try {
              if (verb === 'set') session[name] = { items: [item] }
              else if (verb === 'delete') delete session[name]
              else if (held === undefined) continue
              else if (verb === 'push') held.items.push(item)
              else if (verb === 'replace') held.items[0] = item
              else if (verb === 'note') held.note = item
              else if (verb === 'nest') held.items.push({ note: item })
              else held.items.shift()
            } catch (error) {
              if (!(error instanceof SessionError) || error.code !== 'ERR_COOKIE_OVERFLOW') throw error
              refused++
              if (JSON.stringify({ ...session }) !== before)
                throw new Error('a refused write changed something', { cause: error })
            }
          }
        })
        sent += commit.setCookie.length
        expect(Buffer.byteLength(NAME + valueOf(commit.setCookie))).toBeLessThanOrEqual(4096)
      },
    ),
    { numRuns: 1000 },
  )
  expect(refused).toBeGreaterThan(100)
  expect(sent).toBeGreaterThan(100)
})

test('a write that makes a session smaller always passes', () => {
  const roomy = createSessions<Loose>({ name: 's', secrets: [SECRET], guard: 'json' })
  const strict = createSessions<Loose>({ name: 's', secrets: [SECRET], guard: { maxValueBytes: 2000 } })
  const visitor = new Visitor(strict)
  visitor.cookies.set('s', roomy.seal({ text: 'x'.repeat(2900) }))
  visitor.visit(({ session }) => {
    session['text'] = 'y'.repeat(1000)
    delete session['text']
    expect(session.size.byKey).toEqual({})
  })
})

test('the sizes by key add up to the JSON', () => {
  const sessions = createSessions<Loose>({ name: 's', secrets: [SECRET] })
  new Visitor(sessions).visit(({ session }) => {
    session['a'] = 'ü'
    session['b'] = [1, 2]
    session.flash.notice = 'x'
    expect(session.size.byKey).toEqual({ a: 8, b: 9, flash: 22 })
  })
})
