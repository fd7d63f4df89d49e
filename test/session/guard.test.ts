import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createSessions, type Session, type SessionsOptions } from '../../src/index.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { SECRET, Visitor } from '../support/visitor.ts'

type Loose = Record<string, unknown>

/** A session whose types refuse nothing, so that the run-time guard is alone. */
function withSession(use: (session: Session<Loose>) => void, guard?: SessionsOptions<Loose>['guard']): void {
  const sessions = createSessions<Loose>({ name: 'session', secrets: [SECRET], guard })
  new Visitor(sessions).visit(({ session }) => use(session))
}

class Invoice {
  readonly total = 4310
}

const sparse: unknown[] = ['a']
sparse[2] = 'c'
const cycle: Loose = { name: 'loop' }
cycle['self'] = cycle
let deep: unknown = 'bottom'
for (let level = 0; level < 9; level++) deep = { deep }

test.each<[string, unknown, RegExp]>([
  ['a Date', new Date(0), /session\.value is a Date .*date\.toISOString\(\)/],
  ['a Map', new Map([['a', 1]]), /is a Map .*Object\.fromEntries/],
  ['a Set', new Set([1]), /is a Set .*\[\.\.\.set\]/],
  ['a class instance', new Invoice(), /is an Invoice .*Store its id/],
  ['an Error', new Error('sesame'), /is an Error .*error\.message/],
  ['a Promise', Promise.resolve(1), /is a Promise .*await/],
  ['bytes', new Uint8Array(4), /is a Uint8Array .*base64url/],
  ['a boxed string', Object('text'), /is a String/],
  ['a regular expression', /x/, /is a RegExp/],
  ['a bigint', 7n, /is a bigint .*String\(value\)/],
  ['a function', () => 1, /is a function/],
  ['a symbol', Symbol('sesame'), /is a symbol/],
  ['NaN', Number.NaN, /is NaN/],
  ['infinity', Number.NEGATIVE_INFINITY, /is -Infinity/],
  ['undefined in an array', ['a', undefined], /session\.value\[1\] is undefined/],
  ['a sparse array', sparse, /is a sparse array/],
  ['an array with a name', Object.assign(['a'], { index: 0 }), /is an array with named properties/],
  ['a match of a regular expression', /a/.exec('a'), /is an array with named properties/],
  ['a symbol key', { [Symbol('sesame')]: 1 }, /has a symbol for a key/],
  ['__proto__', JSON.parse('{"__proto__":{"admin":true}}'), /session\.value\.__proto__ has a name/],
  ['constructor', { constructor: { prototype: 1 } }, /session\.value\.constructor has a name/],
  ['prototype', { a: { prototype: 1 } }, /session\.value\.a\.prototype has a name/],
  ['a cycle', cycle, /session\.value\.self contains itself/],
  ['nine levels', deep, /nested more than 8 levels/],
  ['a Date far inside', { list: [{ at: new Date(0) }] }, /session\.value\.list\[0\]\.at is a Date/],
  ['a key that is no identifier', { 'two words': 7n }, /session\.value\["two words"\] is a bigint/],
])('%s is refused at the assignment, with its path, under either guard', (_, value, message) => {
  for (const guard of ['identity', 'json'] as const) {
    withSession((session) => {
      const error = thrownBy(() => (session['value'] = value))
      expect(error).toMatchObject({ code: 'ERR_SESSION_VALUE', kind: 'usage' })
      expect(error.message).toMatch(message)
      expect(error.message).not.toContain('sesame')
      expect(session.status).toBe('untouched')
    }, guard)
  }
})

test('eight levels, null, empty containers and null-prototype objects are accepted', () => {
  withSession((session) => {
    let eight: unknown = 'bottom'
    for (let level = 0; level < 8; level++) eight = { eight }
    Object.assign(session, {
      eight,
      nothing: null,
      list: [],
      object: {},
      bare: Object.assign(Object.create(null), { a: 1 }),
    })
    expect(session['bare']).toEqual({ a: 1 })
  })
})

test('a property that is undefined is left out, and -0 becomes 0, as in JSON', () => {
  withSession((session) => {
    session['value'] = { a: undefined, b: -0 }
    expect(Object.keys(session['value'] as object)).toEqual(['b'])
    expect(Object.is((session['value'] as { b: number }).b, 0)).toBe(true)
  })
})

test('objects and arrays of another realm are stored, and its Dates, Maps, errors and bytes refused with their sentence', () => {
  const foreign = (code: string): unknown => runInNewContext(code)
  withSession((session) => {
    session['value'] = foreign('({ list: [1, { deep: true }] })')
    expect(session['value']).toEqual({ list: [1, { deep: true }] })
    for (const [code, message] of [
      ['new Date(0)', /is a Date .*date\.toISOString/],
      ['new Map()', /is a Map .*Object\.fromEntries/],
      ['new Set()', /is a Set .*\[\.\.\.set\]/],
      ['new TypeError("x")', /is a TypeError .*error\.message/],
      ['Promise.resolve()', /is a Promise .*await/],
      ['new Uint8Array(2)', /is a Uint8Array .*base64url/],
      ['new ArrayBuffer(2)', /is an ArrayBuffer .*base64url/],
      ['new (class Invoice {})()', /is an Invoice .*Store its id/],
    ] as const) {
      expect(thrownBy(() => (session['value'] = foreign(code))).message).toMatch(message)
    }
  })
})

const account = { id: 7, name: 'Acme', plan: 'pro', seats: 3, email: 'sesame@example.com' }

test.each<[string, unknown]>([
  ['an id beside four fields', account],
  ['an _id beside four fields', { ...account, id: undefined, _id: '65f' }],
  ['an id beside createdAt', { id: 7, createdAt: '2026-01-01' }],
  ['a uuid beside updated_at', { uuid: 'x', updated_at: 1 }],
  ['a record in a list', { accounts: [account] }],
])('what looks like a database record is refused: %s', (_, value) => {
  withSession((session) => {
    const error = thrownBy(() => (session['account'] = value))
    expect(error.code).toBe('ERR_SESSION_VALUE')
    expect(error.message).toMatch(/looks like a record.*goes stale.*Store its (?:id|_id|uuid) alone/)
    expect(error.message).not.toContain('sesame')
  })
})

test('the message of a refused record names the key to use instead', () => {
  withSession((session) => {
    expect(thrownBy(() => (session['account'] = account)).message).toBe(
      'session.account looks like a record ("id" beside 4 other fields) and is refused: a copy of it goes stale in the session. Store its id alone, as session.accountId, and load it where it is needed.',
    )
  })
})

test('a cart line is no record', () => {
  withSession((session) => {
    session['cart'] = [{ id: 1, qty: 2, note: 'x', colour: 'red' }]
    expect(session['cart']).toHaveLength(1)
  })
})

test('a record that is put together key by key is refused at the key that makes it one', () => {
  withSession((session) => {
    session['account'] = { id: 7, name: 'Acme', plan: 'pro', seats: 3 }
    const held = session['account'] as Loose
    expect(thrownBy(() => (held['email'] = 'x')).message).toMatch(/session\.account looks like a record/)
    expect(Object.keys(held)).toEqual(['id', 'name', 'plan', 'seats'])
  })
})

test('one value over 1 KiB of JSON is refused with its measure, and 1 KiB is accepted', () => {
  withSession((session) => {
    session['note'] = 'x'.repeat(1022)
    const error = thrownBy(() => (session['note'] = 'x'.repeat(1023)))
    expect(error.code).toBe('ERR_SESSION_VALUE')
    expect(error.message).toMatch(/^session\.note is 1025 bytes of JSON, 1 over the 1024 that one value may take/)
    expect(session['note']).toHaveLength(1022)
  })
})

test('a list that grows over 1 KiB is refused at the push, and stays as it was', () => {
  withSession((session) => {
    session['list'] = ['x'.repeat(1000)]
    const list = session['list'] as string[]
    expect(thrownBy(() => list.push('y'.repeat(100))).message).toMatch(/^session\.list is \d+ bytes/)
    expect(list).toHaveLength(1)
    list.push('short')
    expect(list).toHaveLength(2)
  })
})

test("guard 'json' accepts records and large values", () => {
  withSession((session) => {
    session['account'] = account
    session['note'] = 'x'.repeat(2000)
    expect(session['account']).toEqual(account)
  }, 'json')
})

test('each rule of the guard can be set by itself', () => {
  withSession(
    (session) => {
      session['account'] = account
      expect(thrownBy(() => (session['note'] = 'x'.repeat(99))).message).toContain('1 over the 100')
      expect(thrownBy(() => (session['deep'] = { a: { b: { c: 1 } } })).message).toContain('more than 2 levels')
    },
    { refuseRecords: false, maxValueBytes: 100, maxDepth: 2 },
  )
})

test.each<[string, (session: Session<Loose>, held: Loose, list: unknown[]) => unknown, string]>([
  ['an assignment', (session) => (session['when'] = new Date()), 'session.when'],
  ['a nested assignment', (_, held) => (held['when'] = new Date()), 'session.held.when'],
  ['a push', (_, _held, list) => list.push(1, new Date()), 'session.held.list[2]'],
  ['a splice', (_, _held, list) => list.splice(0, 1, new Date()), 'session.held.list[0]'],
  ['an index', (_, _held, list) => (list[0] = new Date()), 'session.held.list[0]'],
  ['an index past the end', (_, _held, list) => (list[7] = 1), 'session.held.list[7]'],
  ['a longer length', (_, _held, list) => (list.length = 7), 'session.held.list.length'],
  ['a deleted index', (_, _held, list) => Reflect.deleteProperty(list, '0'), 'session.held.list[0]'],
  ['a name on an array', (_, _held, list) => Object.assign(list, { note: 1 }), 'session.held.list.note'],
  ['a reserved name', (session) => Reflect.set(session, 'id', 7), 'session.id'],
  ['a flash', (session) => Reflect.set(session.flash, 'error', new Date()), 'session.flash.error'],
  ['a flash for now', (session) => Reflect.set(session.flash.now, 'error', new Date()), 'session.flash.now.error'],
  ['a flash by a reserved name', (session) => Reflect.set(session.flash, 'keep', 'x'), 'session.flash'],
  ['overflow', (session) => (session['big'] = 'x'.repeat(5000)), 'session cookie overflowed'],
])("%s that fails blames the caller's own line", (_, mistake, path) => {
  withSession((session) => {
    session['held'] = { list: [0] }
    const held = session['held'] as Loose
    const error = thrownBy(function theLineThatMadeIt() {
      return mistake(session, held, held['list'] as unknown[])
    })
    expect(error.message).toContain(path)
    const first = firstFrame(error)
    expect(first).toContain('guard.test.ts')
    expect(first).not.toContain('/src/')
  })
})
