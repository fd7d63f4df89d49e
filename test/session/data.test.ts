import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/index.ts'
import { SECRET, Visitor } from '../support/visitor.ts'

interface Data {
  accountId: number
  wizard: { step: number; plan?: string; address?: { city: string } }
  cart: (number | { id: number; qty: number })[]
  names: string[]
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })

/** Runs each of `writes` in a request of its own and gives what the next one reads. */
function roundTrip(...writes: ((session: Session<Data>) => void)[]): unknown {
  const visitor = new Visitor(sessions)
  for (const write of writes) visitor.visit(({ session }) => write(session))
  let read: unknown
  visitor.visit(({ session }) => {
    read = JSON.parse(JSON.stringify({ ...session }))
  })
  return read
}

test('properties come back on the next request', () => {
  expect(roundTrip((session) => Object.assign(session, { accountId: 7, names: ['ada'] }))).toEqual({
    accountId: 7,
    names: ['ada'],
  })
})

test('a nested property counts as a change', () => {
  const read = roundTrip(
    (session) => {
      session.wizard = { step: 1, address: { city: 'Bern' } }
    },
    (session) => {
      if (session.wizard === undefined) throw new Error('no wizard')
      session.wizard.step = 2
      session.wizard.plan = 'pro'
      if (session.wizard.address !== undefined) session.wizard.address.city = 'Basel'
    },
    (session) => delete session.wizard?.plan,
  )
  expect(read).toEqual({ wizard: { step: 2, address: { city: 'Basel' } } })
})

test.each<[string, (cart: NonNullable<Session<Data>['cart']>) => unknown, unknown]>([
  ['push', (cart) => cart.push(4, { id: 5, qty: 1 }), [3, 1, 2, 4, { id: 5, qty: 1 }]],
  ['pop', (cart) => cart.pop(), [3, 1]],
  ['shift', (cart) => cart.shift(), [1, 2]],
  ['unshift', (cart) => cart.unshift(9), [9, 3, 1, 2]],
  ['splice', (cart) => cart.splice(1, 1, 8, 9), [3, 8, 9, 2]],
  ['sort', (cart) => cart.sort(), [1, 2, 3]],
  ['reverse', (cart) => cart.reverse(), [2, 1, 3]],
  ['fill', (cart) => cart.fill(0), [0, 0, 0]],
  ['copyWithin', (cart) => cart.copyWithin(0, 1), [1, 2, 2]],
  ['an index', (cart) => (cart[1] = 7), [3, 7, 2]],
  ['the next index', (cart) => (cart[3] = 7), [3, 1, 2, 7]],
  ['length', (cart) => (cart.length = 1), [3]],
])('an array changed by %s comes back changed', (_, change, expected) => {
  const read = roundTrip(
    (session) => {
      session.cart = [3, 1, 2]
    },
    (session) => change(session.cart ?? []),
  )
  expect(read).toEqual({ cart: expected })
})

test('array methods give what they always give', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.cart = [1, { id: 2, qty: 1 }]
    const { cart } = session
    expect(cart.push(3)).toBe(3)
    expect(cart.pop()).toBe(3)
    expect(cart.shift()).toBe(1)
    expect(cart.splice(0, 1)).toEqual([{ id: 2, qty: 1 }])
    expect(cart.reverse()).toBe(session.cart)
    expect(cart.map(String)).toEqual([])
    expect(Array.isArray(cart)).toBe(true)
  })
})

test('an item moved by reverse can still be changed in place', () => {
  const read = roundTrip((session) => {
    session.cart = [
      { id: 2, qty: 1 },
      { id: 1, qty: 1 },
    ]
    const [second] = session.cart
    session.cart.reverse()
    if (typeof second === 'object') second.qty = 5
  })
  expect(read).toEqual({
    cart: [
      { id: 1, qty: 1 },
      { id: 2, qty: 5 },
    ],
  })
})

test('the same object read twice is the same object', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.wizard = { step: 1 }
    expect(session.wizard).toBe(session.wizard)
  })
})

test('one part of the session can be assigned to another without sharing', () => {
  const read = roundTrip((session) => {
    session.cart = [{ id: 1, qty: 1 }]
    const [line] = session.cart
    if (line !== undefined) session.cart.push(line)
    const copy = session.cart[1]
    if (typeof copy === 'object') copy.qty = 2
  })
  expect(read).toEqual({
    cart: [
      { id: 1, qty: 1 },
      { id: 1, qty: 2 },
    ],
  })
})

test('writing to a value that was replaced meanwhile is an error, not a lost write', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.wizard = { step: 1 }
    const { wizard } = session
    session.wizard = { step: 2 }
    expect(() => (wizard.step = 3)).toThrow(/session\.wizard.*no more, so the write would be lost/)
    session.cart = [1]
    const { cart } = session
    delete session.cart
    expect(() => cart.push(2)).toThrow(/session\.cart/)
  })
})

test('the session lists its own keys and nothing else', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.accountId = 7
    session.flash.notice = 'hello'
    expect(Object.keys(session)).toEqual(['accountId'])
    expect({ ...session }).toEqual({ accountId: 7 })
    expect('accountId' in session).toBe(true)
    expect('flash' in session).toBe(true)
    expect('toString' in session).toBe(false)
    expect(Reflect.get(session, 'toString')).toBeUndefined()
    expect(Reflect.get(session, '__proto__')).toBeUndefined()
    expect(Reflect.get(session, 'constructor')).toBeUndefined()
  })
})

const RESERVED = [
  'id',
  'isNew',
  'flash',
  'size',
  'status',
  'refused',
  'renew',
  'reset',
  'destroy',
  'touch',
  'toJSON',
  'then',
]

test.each(RESERVED)('data cannot be called %s', (key) => {
  new Visitor(sessions).visit(({ session }) => {
    expect(() => Reflect.set(session, key, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE', message: expect.stringContaining(`session.${key}`) }),
    )
    expect(() => Reflect.deleteProperty(session, key)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
  })
})

test('prototypes and descriptors cannot be set', () => {
  new Visitor(sessions).visit(({ session }) => {
    session.wizard = { step: 1 }
    for (const target of [session, session.wizard]) {
      expect(() => {
        Object.setPrototypeOf(target, {})
      }).toThrow(TypeError)
      expect(() => Object.defineProperty(target, 'x', { value: 1 })).toThrow(TypeError)
      expect(() => Object.freeze(target)).toThrow(TypeError)
      expect(() => Reflect.set(target, '__proto__', {})).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
      expect(() => Reflect.set(target, Symbol('x'), 1)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_VALUE' }))
    }
  })
})

test('the id is 32 hexadecimal characters and stays the same between requests', () => {
  const visitor = new Visitor(sessions)
  let id = ''
  visitor.visit(({ session }) => {
    session.accountId = 7
    id = session.id
  })
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  visitor.visit(({ session }) => expect(session.id).toBe(id))
})

test('what is printed of a session is names and sizes, never values, and printing opens nothing', () => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.names = ['sesame-open']
    session.flash.notice = 'sesame-flash'
    for (const text of [inspect(session), inspect({ session }, { depth: 9 }), JSON.stringify(session)]) {
      expect(text).toContain('names')
      expect(text).not.toContain('sesame')
    }
  })
  visitor.visit(({ session }) => {
    expect(inspect(session)).toBe("Session { status: 'untouched' }")
    expect(JSON.stringify(session)).toBe('{"status":"untouched"}')
    expect(session.status).toBe('untouched')
  })
})

test('awaiting a session does not open it', async () => {
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
  await Promise.resolve(exchange.session)
  expect(exchange.session.status).toBe('untouched')
})

test('a session opened for reading refuses every write', () => {
  const read = sessions.read(`session=${sessions.seal({ accountId: 7, wizard: { step: 1 }, cart: [1] })}`)
  const session = read as object as Session<Data> // as: JavaScript has no types that would stop it
  expect(session.accountId).toBe(7)
  for (const write of [
    () => (session.accountId = 8),
    () => delete session.accountId,
    () => {
      if (session.wizard !== undefined) session.wizard.step = 2
    },
    () => session.cart?.push(2),
    () => session.increment('accountId'),
    () => session.renew(),
    () => session.reset(),
    () => session.destroy(),
    () => session.touch(),
    () => (session.flash.notice = 'x'),
    () => (session.flash.now.notice = 'x'),
    () => session.flash.keep(),
    () => session.flash.discard(),
  ]) {
    expect(write).toThrow(expect.objectContaining({ code: 'ERR_SESSION_READONLY', kind: 'usage' }))
    expect(write).toThrow('Do this where the response is still to come')
  }
})

test('a request that no adapter saw has no session, and the error says why', () => {
  expect(() => sessions.of({})).toThrow(/no session of session.*middleware/)
  expect(() => sessions.jar({})).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
})
