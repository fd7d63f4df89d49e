import { expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { SECRET, Visitor } from '../support/visitor.ts'

type Loose = Record<string, unknown>
type Any = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- what is written here is what the types refuse

const sessions = createSessions<Loose>({ name: 'session', secrets: [SECRET], guard: 'json' })

/** What the next request reads after `write`. */
function kept(write: (session: Any) => void, before: Loose = {}): unknown {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => Object.assign(session, before))
  visitor.visit(({ session }) => write(session))
  let read: unknown
  visitor.visit(({ session }) => {
    read = JSON.parse(JSON.stringify({ ...session, ...session.flash }))
  })
  return read
}

test.each<[string, (session: Any) => void, unknown]>([
  ['(session.cart ||= []).push(1)', (session) => (session['cart'] ||= []).push(1), { cart: [1] }],
  [
    'const cart = (session.cart ??= []); cart.push(1)',
    (session) => {
      const cart = (session['cart'] ??= [])
      cart.push(1)
      cart.push(2)
    },
    { cart: [1, 2] },
  ],
  ['(session.x = {}).y = 1', (session) => ((session['x'] = {} as Any)['y'] = 1), { x: { y: 1 } }],
  ['(session.byId ||= {})[7] = 1', (session) => ((session['byId'] ||= {})[7] = 1), { byId: { 7: 1 } }],
  [
    'a list inside what was assigned',
    (session) => (session['wizard'] ||= { steps: [] }).steps.push({ at: 1 }),
    { wizard: { steps: [{ at: 1 }] } },
  ],
  [
    'what was assigned inside a value',
    (session) => {
      session['wizard'] = { step: 1 }
      ;(session['wizard'].tags ||= []).push('a')
    },
    { wizard: { step: 1, tags: ['a'] } },
  ],
  [
    'an item that was pushed',
    (session) => {
      session['cart'] = []
      const line = { qty: 1 }
      session['cart'].push(line)
      line.qty = 2
    },
    { cart: [{ qty: 2 }] },
  ],
  [
    'an item that splice, unshift, fill or an index put there',
    (session) => {
      session['cart'] = [0, 0]
      const [a, b, c, d]: Any[] = [{}, {}, {}, {}]
      session['cart'].splice(0, 1, a)
      session['cart'].unshift(b)
      session['cart'][2] = c
      session['more'] = [0]
      session['more'].fill(d)
      for (const [at, line] of [a, b, c, d].entries()) if (line !== undefined) line['at'] = at
    },
    { cart: [{ at: 1 }, { at: 0 }, { at: 2 }], more: [{ at: 3 }] },
  ],
  [
    'a property that was taken away',
    (session) => {
      const draft: Any = { step: 1, plan: 'pro' }
      session['draft'] = draft
      delete draft['plan']
    },
    { draft: { step: 1 } },
  ],
  [
    'an object that equals what was there',
    (session) => {
      const draft = { step: 1 }
      session['draft'] = draft
      draft.step = 2
    },
    { draft: { step: 2 } },
  ],
  [
    'a flash',
    (session) => {
      const errors: Any = (session['flash'].errors = {})
      errors['email'] = 'is taken'
    },
    { errors: { email: 'is taken' } },
  ],
])('what is written to the value of an assignment is kept: %s', (name, write, expected) => {
  expect(kept(write, name.startsWith('an object that equals') ? { draft: { step: 1 } } : {})).toEqual(expected)
})

test('what was written to it is there when the session is read in the same request, and counted', () => {
  new Visitor(sessions).visit(({ session: loose }) => {
    const session: Any = loose
    const cart: unknown[] = (session['cart'] ||= [])
    const { remaining } = session['size']
    cart.push('xxx')
    expect(session['cart'].length).toBe(1)
    expect({ ...session }['cart']).toEqual(['xxx'])
    expect(session['size'].remaining).toBeLessThan(remaining)
    cart.push('yyy')
    expect(session['cart']).toEqual(['xxx', 'yyy'])
    const errors: Any = (session['flash'].errors = {})
    errors['name'] = 'is missing'
    expect(session['flash'].errors).toEqual({ name: 'is missing' })
  })
})

test('in a store, too', async () => {
  const stored = createSessions<Any>({
    name: 'session',
    secrets: [SECRET],
    store: memoryStore(),
  })
  const request = {}
  const first = stored.begin(request, { cookieHeader: undefined, isSecure: () => false })
  await first.load()
  ;(first.session['cart'] ||= []).push(1)
  const { setCookie } = await first.commit()
  const cookie = setCookie[0]?.split(';')[0]
  expect((await stored.load(cookie))['cart']).toEqual([1])
})

test('whoever holds a part of it that was read goes on holding it', () => {
  expect(
    kept((session) => {
      const wizard = (session['wizard'] ||= { tags: [] })
      const { tags } = session['wizard']
      wizard.step = 2
      tags.push('a')
    }),
  ).toEqual({ wizard: { step: 2, tags: ['a'] } })
})

test.each<[string, (session: Any) => void, RegExp]>([
  [
    'what JSON would change',
    (session) => (session['cart'] = [] as unknown[]).push(new Date()),
    /^session\.cart\[0\] is a Date/,
  ],
  ['what is too much', (session) => ((session['note'] = {} as Any)['text'] = 'x'.repeat(5000)), /overflowed with size/],
  [
    'what was written through the session, too',
    (session) => {
      const cart = (session['cart'] ||= [])
      session['cart'].push(1)
      cart.push(2)
    },
    /^session\.cart was written through the session and through the object that was assigned to it/,
  ],
  [
    'a flash that JSON would change',
    (session) => ((session['flash'].errors = {} as Any)['at'] = 7n),
    /^session\.flash\.errors\.at is a bigint/,
  ],
])('what cannot be kept of it is refused before the response leaves, and nothing is sent: %s', (_, write, message) => {
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
  write(exchange.session)
  expect(thrownBy(() => void exchange.commit())).toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(message),
  })
})

test('an object that two visitors were given brings nothing of one to the other', async () => {
  const begin = (prefs: (defaults: Any) => unknown, defaults: Any): { readonly commit: () => unknown } => {
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
    exchange.session['prefs'] = prefs(defaults)
    return exchange
  }
  const message = /session\.prefs was assigned an object that another session has too/
  for (const waits of [true, false]) {
    const defaults: Any = { theme: 'light', widths: { left: 1 } }
    const ada = begin((all) => ({ all }), defaults)
    await Promise.resolve()
    const ben = begin((all) => all, defaults)
    if (waits) await Promise.resolve()
    defaults['widths'].left = 7
    // Whichever is first: the change may be of either.
    for (const each of waits ? [ada, ben] : [ben, ada])
      expect(thrownBy(() => void each.commit()).message).toMatch(message)
  }
})

test('an object that every session is given is kept by each as long as nobody changes it', () => {
  const defaults = { theme: 'light' }
  for (let visitor = 0; visitor < 3; visitor++) {
    expect(kept((session) => (session['prefs'] = defaults))).toEqual({ prefs: { theme: 'light' } })
  }
  expect(
    kept((session) => {
      session['prefs'] = defaults
      session['prefs'].theme = 'dark'
    }),
  ).toEqual({ prefs: { theme: 'dark' } })
  expect(defaults).toEqual({ theme: 'light' })
})

test('what is replaced, reset or destroyed takes nothing over any more', () => {
  expect(
    kept((session) => {
      const former = (session['cart'] = [] as unknown[])
      session['cart'] = ['new']
      former.push('old')
    }),
  ).toEqual({ cart: ['new'] })
  expect(
    kept((session) => {
      const former = (session['cart'] = [] as unknown[])
      session['reset']()
      session['a'] = 1
      former.push('old')
    }),
  ).toEqual({ a: 1 })
})

test('a Session types the value of an assignment', () => {
  const typed = createSessions<{ cart: number[] }>({ name: 'session', secrets: [SECRET] })
  new Visitor(typed).visit(({ session }: { session: Session<{ cart: number[] }> }) => {
    ;(session.cart ??= []).push(1)
    expect(session.cart).toEqual([1])
  })
})
