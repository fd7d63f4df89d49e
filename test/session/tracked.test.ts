import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { commitNow } from '../support/commit-now.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { SECRET, Visitor } from '../support/visitor.ts'

type Any = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- what is done here is what the types refuse

const sessions = createSessions<Any>({ name: 'session', secrets: [SECRET], guard: 'json' })

function begin(): { readonly session: Any; readonly commit: () => readonly string[] } {
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
  return { session: exchange.session, commit: () => commitNow(exchange).setCookie }
}

function held(setCookie: readonly string[]): unknown {
  const opened = sessions.open(/^[^=]+=([^;]*)/.exec(setCookie[0] ?? '')?.[1] ?? '')
  return opened.ok ? opened.data : opened.reason
}

test.each<[string, (flash: Any) => unknown]>([
  ['set', (flash) => (flash['alert'] = 'new')],
  ['set for now', (flash) => (flash['now'].alert = 'new')],
  ['keep', (flash) => flash['keep']()],
  ['discard', (flash) => flash['discard']()],
  ['read', (flash) => flash['notice']],
  ['list', (flash) => Object.keys(flash)],
  ['ask', (flash) => 'notice' in flash],
  ['delete', (flash) => Reflect.deleteProperty(flash, 'notice')],
])('a flash that was taken before reset() cannot be used after it: %s', (_, use) => {
  const { session, commit } = begin()
  const flash = session['flash']
  flash.notice = 'private'
  session['reset']()
  expect(thrownBy(() => use(flash))).toMatchObject({
    code: 'ERR_SESSION_DESTROYED',
    message: expect.stringContaining('Read session.flash again'),
  })
  session['flash'].hello = 'you'
  expect(held(commit())).toEqual({ flash: { hello: 'you' } })
})

test('a flash that was taken before destroy() cannot be used after it', () => {
  const { session } = begin()
  const flash = session['flash']
  flash.notice = 'private'
  session['destroy']()
  for (const use of [() => flash.notice, () => (flash.alert = 'x'), () => Object.keys(flash)]) {
    expect(thrownBy(use).code).toBe('ERR_SESSION_DESTROYED')
  }
})

test.each<[string, (session: Any) => void, string]>([
  ['reset', (session) => session['reset'](), 'ERR_SESSION_VALUE'],
  ['destroy', (session) => session['destroy'](), 'ERR_SESSION_DESTROYED'],
])('a value that was read before %s() cannot be written after it', (_, end, code) => {
  const { session, commit } = begin()
  session['wizard'] = { steps: [{ at: 1 }], plan: { name: 'pro' } }
  const { wizard } = session
  const { steps, plan } = wizard
  const [step] = steps
  end(session)
  for (const write of [
    () => (wizard.x = 1),
    () => delete wizard.plan,
    () => steps.push(2),
    () => steps.sort(),
    () => (steps[0] = 1),
    () => (step.at = 2),
    () => (plan.name = 'free'),
  ]) {
    expect(thrownBy(write).code).toBe(code)
  }
  expect(held(commit())).not.toMatchObject({ wizard: {} })
})

test('a value that was read before renew() is part of the session after it', () => {
  const { session, commit } = begin()
  session['cart'] = []
  const { cart, flash } = session
  session['renew']()
  cart.push(1)
  flash.notice = 'Welcome'
  expect(held(commit())).toEqual({ cart: [1], flash: { notice: 'Welcome' } })
})

const CALLBACKS: readonly [string, (list: Any[], use: (item: Any) => void) => unknown][] = [
  ['sort', (list, use) => list.sort((a, b) => (use(a), use(b), 0))],
  ['toSorted', (list, use) => list.toSorted((a, b) => (use(a), use(b), 0))],
  ['map', (list, use) => list.map(use)],
  ['filter', (list, use) => list.filter((item) => (use(item), true))],
  ['filter, and then what it gave', (list, use) => list.filter(() => true).forEach(use)],
  ['find', (list, use) => list.find((item) => (use(item), false))],
  ['findLast', (list, use) => list.findLast((item) => (use(item), false))],
  ['reduce', (list, use) => list.reduce((_, item) => (use(item), 0), 0)],
  ['forEach', (list, use) => list.forEach(use)],
  ['flatMap', (list, use) => list.flatMap((item) => (use(item), []))],
  ['some', (list, use) => list.some((item) => (use(item), false))],
  [
    'a loop',
    (list, use) => {
      for (const item of list) use(item)
    },
  ],
  ['Array.from', (list, use) => Array.from(list, use)],
  [
    'entries',
    (list, use) => {
      for (const [, item] of list.entries()) use(item)
    },
  ],
  ['Object.values', (list, use) => Object.values(list).forEach(use)],
  ['at', (list, use) => [list.at(-1), list.at(0)].forEach((item) => use(item ?? {}))],
  ['slice', (list, use) => list.slice().forEach(use)],
  ['toSpliced', (list, use) => list.toSpliced(0, 0).forEach(use)],
  [
    'the replacer of JSON.stringify',
    (list, use) =>
      JSON.stringify(list, (_, item: unknown) => {
        if (typeof item === 'object' && item !== null && !Array.isArray(item)) use(item)
        return item
      }),
  ],
  ['the third argument of map', (list, use) => list.map((_item, at, all) => use(all[at] ?? {}))],
]

test.each(CALLBACKS)('what %s hands over is tracked: a write is guarded, counted and kept', (_, call) => {
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session['list'] = [{ n: 2 }, { n: 1 }]))
  const commit = visitor.visit(({ session }) => {
    const { size } = session
    call(session['list'], (item) => {
      item['seen'] = true
      expect(thrownBy(() => (item['at'] = new Date())).code).toBe('ERR_SESSION_VALUE')
      expect(thrownBy(() => (item['text'] = 'x'.repeat(5000))).code).toBe('ERR_COOKIE_OVERFLOW')
    })
    expect(session['list'].every((item: Any) => item['seen'] === true)).toBe(true)
    expect(session.size.bytes).toBeGreaterThan(size.bytes)
  })
  expect(commit.setCookie).toHaveLength(1)
  visitor.visit(({ session }) => expect(session['list'][1].seen).toBe(true))
})

test('sort orders by what the comparison says, and gives the items themselves', () => {
  const { session, commit } = begin()
  session['list'] = [{ n: 3 }, { n: 1 }, { n: 2 }]
  const [three] = session['list']
  expect(session['list'].sort((a: Any, b: Any) => a['n'] - b['n'])).toBe(session['list'])
  expect(session['list'][2]).toBe(three)
  three.n = 4
  expect(held(commit())).toEqual({ list: [{ n: 1 }, { n: 2 }, { n: 4 }] })
  expect(() => begin().session['list']?.sort('x')).not.toThrow()
})

test('an array that is changed while it is being changed is refused, and the first change is kept', () => {
  for (const change of [
    (list: unknown[]) => list.sort(() => list.push(9)),
    (list: unknown[]) =>
      list.push({
        get x() {
          return list.push(9)
        },
      }),
    (list: unknown[]) =>
      list.splice(0, 1, {
        get x() {
          return list.push(9)
        },
      }),
  ]) {
    const { session, commit } = begin()
    session['list'] = [1, 2]
    expect(thrownBy(() => change(session['list'])).message).toMatch(
      /^session\.list was changed by a function or getter/,
    )
    expect((held(commit()) as Any)['list'].slice(0, 3)).toEqual([1, 2, 9])
  }
})

test.each<[string, (session: Any, value: () => object) => unknown]>([
  ['an assignment', (session, value) => (session['a'] = value())],
  ['a nested assignment', (session, value) => (session['held'].a = value())],
  ['a push', (session, value) => session['list'].push(value())],
  ['an index', (session, value) => (session['list'][0] = value())],
  ['fill', (session, value) => session['list'].fill(value())],
  ['a flash', (session, value) => (session['flash'].a = value())],
])('a getter that commits, ends or replaces inside of %s loses no write in silence', (name, write) => {
  const start = (): ReturnType<typeof begin> => {
    const begun = begin()
    Object.assign(begun.session, { held: { b: 1 }, list: [1] })
    return begun
  }
  for (const wrap of [
    (run: () => void): object => ({
      get x() {
        run()
        return 1
      },
    }),
    (run: () => void): object =>
      new Proxy(
        { x: 1 },
        {
          ownKeys: (target) => {
            run()
            return Reflect.ownKeys(target)
          },
        },
      ),
  ]) {
    const sent = start()
    let line: readonly string[] = []
    expect(thrownBy(() => write(sent.session, () => wrap(() => void (line = sent.commit())))).code).toBe(
      'ERR_SESSION_SENT',
    )
    expect(held(line)).toEqual({ held: { b: 1 }, list: [1] })

    const destroyed = start()
    expect(thrownBy(() => write(destroyed.session, () => wrap(() => destroyed.session['destroy']()))).code).toBe(
      'ERR_SESSION_DESTROYED',
    )

    const replaced = start()
    const act = (): unknown =>
      write(replaced.session, () =>
        wrap(() => void Object.assign(replaced.session, { held: { c: 1 }, list: ['other'] })),
      )
    const isInside = name !== 'an assignment' && name !== 'a flash'
    const result = isInside ? thrownBy(act).message : String(act() !== undefined)
    expect(result).toMatch(isInside ? /no more, so the write would be lost/ : /true/)
    expect(held(replaced.commit())).toMatchObject({ held: { c: 1 }, list: ['other'] })
  }
})

test('nesting step by step goes no deeper than at once', () => {
  const { session, commit } = begin()
  session['a'] = {}
  let at: Any = session['a']
  const error = thrownBy(() => {
    for (let depth = 2; depth < 200; depth++) {
      at['b'] = {}
      at = at['b']
    }
  })
  expect(error.message).toMatch(/nested more than 8 levels/)
  expect(held(commit())).toHaveProperty('a.b.b.b.b.b.b.b')
})

test('a value nested as deep as may be is there again on the next request, in the flash too', () => {
  const deep = createSessions<Any>({ name: 's', secrets: [SECRET], guard: { maxDepth: 99, maxValueBytes: 4000 } })
  const visitor = new Visitor(deep)
  let value: unknown = 'bottom'
  for (let depth = 0; depth < 98; depth++) value = [value]
  visitor.visit(({ session }) => {
    session.flash['deep'] = value as string
    session['deep'] = [value]
    expect(thrownBy(() => (session.flash['deep'] = [value] as string[])).code).toBe('ERR_SESSION_VALUE')
  })
  visitor.visit(({ session }) => {
    expect(session.refused).toBeUndefined()
    expect(session.flash['deep']).toEqual(value)
  })
})

test('a list that is over the limit of one value can be made shorter', () => {
  const roomy = createSessions<Any>({ name: 's', secrets: [SECRET], guard: 'json' })
  const strict = createSessions<Any>({ name: 's', secrets: [SECRET] })
  const visitor = new Visitor(strict)
  visitor.cookies.set('s', roomy.seal({ list: Array.from({ length: 20 }, () => 'x'.repeat(100)) }))
  visitor.visit(({ session }) => {
    session['list'].pop()
    expect(thrownBy(() => session['list'].push('y'.repeat(200))).code).toBe('ERR_SESSION_VALUE')
  })
  visitor.visit(({ session }) => expect(session['list']).toHaveLength(19))
})

test('who hears of an overflow may write to the session that overflowed', () => {
  let session: Any = {}
  const heard = createSessions<Any>({
    name: 's',
    secrets: [SECRET],
    guard: 'json',
    onEvent: (event) => {
      if (event.type === 'overflow') session['overflowed'] = true
    },
  })
  const commit = new Visitor(heard).visit((exchange) => {
    session = exchange.session
    expect(thrownBy(() => (session['text'] = 'x'.repeat(5000))).code).toBe('ERR_COOKIE_OVERFLOW')
    expect(session['size'].byKey).toEqual({ overflowed: 17 })
  })
  expect(commit.setCookie).toHaveLength(1)
})
