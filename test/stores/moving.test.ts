import { describe, expect, test } from 'vitest'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { Barrier } from '../support/barrier.ts'
import { FakeClock, OLD_SECRET, SECRET } from '../support/visitor.ts'
import { App, Browser } from './browser.ts'

const clock = new FakeClock()

const appWith = (store: ConstructorParameters<typeof App>[0]['store']): App =>
  new App({ store, fakeClock: clock, guard: 'json' })

const visitorOf = async (app: App): Promise<Browser> => {
  const browser = new Browser(app)
  await browser.visit((session) => {
    session['userId'] = 7
    session.flash['notice'] = 'Hello'
  })
  return browser
}

describe('from the cookie to a store', () => {
  const setUp = async () => {
    const to = memoryStore()
    const store = migrate({ from: cookieStore(), to })
    const browser = await visitorOf(appWith(undefined))
    const old = browser.copy()
    browser.app = appWith(store)
    return { to, browser, old, after: appWith(to), other: appWith(store) }
  }

  test('nobody is signed out, the flash comes along, and the store alone is enough afterwards', async () => {
    const { browser, after } = await setUp()
    const before = browser.cookie
    await browser.visit((session) => {
      expect(session['userId']).toBe(7)
      expect(session.isNew).toBe(false)
    })
    expect(browser.cookie).not.toBe(before)
    browser.app = after
    await browser.visit((session) => {
      expect(session['userId']).toBe(7)
      expect(session.flash['notice']).toBe('Hello')
    })
  })

  test('parallel requests with the old cookie move it to one place, and none of their writes is lost', async () => {
    const { browser, other } = await setUp()
    const requests = await Promise.all([browser.begin(), other.begin(browser.cookie), browser.begin()])
    for (const [at, { session }] of requests.entries()) {
      session[`key ${at}`] = at
      session.increment('views')
    }
    for (const request of requests) browser.keep(await request.commit())
    expect(await browser.data()).toEqual({ userId: 7, 'key 0': 0, 'key 1': 1, 'key 2': 2, views: 3 })
  })

  test.each<[string, (browser: Browser) => Promise<unknown>]>([
    ['destroyed', (browser) => browser.visit((session) => session.destroy())],
    ['reset', (browser) => browser.visit((session) => session.reset())],
    ['renewed', (browser) => browser.visit((session) => session.renew())],
  ])('once it moved and was %s, the old cookie opens nothing, and moves nothing in again', async (_, end) => {
    const { browser, old, other } = await setUp()
    await browser.visit((session) => expect(session['userId']).toBe(7))
    await end(browser)
    old.app = other
    await old.visit((session) => expect(session.refused).toBe('not-found'))
    await old.visit((session) => expect(session['userId']).toBeUndefined())
  })

  test('whoever reads the old cookie before the end, and moves it in after the end, moves nothing in', async () => {
    const { to, browser, old } = await setUp()
    const barrier = new Barrier<SessionStore>(to)
    const slow = appWith(migrate({ from: cookieStore(), to: barrier.target }))
    const held = barrier.hold('insert', 'before')
    const late = slow.begin(old.cookie)
    await held.arrived
    await browser.visit((session) => expect(session['userId']).toBe(7))
    await browser.visit((session) => session.destroy())
    held.release()
    const { session, commit } = await late
    expect(session['userId']).toBeUndefined()
    await commit()
    expect(await new Browser(slow, old.cookie).data()).toEqual({})
  })

  test('of two that move it in while a third one renews it, the renewed one stays', async () => {
    const { to, browser, old, other } = await setUp()
    const barrier = new Barrier<SessionStore>(to)
    const held = barrier.hold('insert', 'before')
    const late = appWith(migrate({ from: cookieStore(), to: barrier.target })).begin(old.cookie)
    await held.arrived
    const renewing = await other.begin(old.cookie)
    renewing.session.renew()
    held.release()
    const { session } = await late
    expect(session['userId']).toBe(7)
    browser.keep(await renewing.commit())
    expect(await browser.data()).toMatchObject({ userId: 7 })
  })
})

describe('from one store to another', () => {
  const setUp = async () => {
    const [from, to] = [memoryStore(), memoryStore()]
    const browser = await visitorOf(appWith(from))
    const copy = browser.copy()
    browser.app = appWith(migrate({ from, to }))
    return { from, to, browser, copy }
  }

  test('nobody is signed out, the cookie stays as it is, and the new store alone is enough afterwards', async () => {
    const { to, browser, copy } = await setUp()
    await browser.visit((session) => (session['seen'] = true))
    expect(browser.cookie).toBe(copy.cookie)
    browser.app = appWith(to)
    expect(await browser.data()).toEqual({ userId: 7, seen: true })
  })

  test('what ended in the new store does not come back from the old one', async () => {
    const { browser, copy, from } = await setUp()
    await browser.visit((session) => session.destroy())
    copy.app = browser.app
    expect(await copy.data()).toEqual({})
    copy.app = appWith(from)
    expect(await copy.data()).toEqual({})
  })

  test('whoever read it in the old store before the end, and moves it after the end, brings nothing back', async () => {
    const { from, to, browser, copy } = await setUp()
    const barrier = new Barrier<SessionStore>(from)
    const held = barrier.hold('find', 'after')
    const slow = appWith(migrate({ from: barrier.target, to }))
    const late = slow.begin(copy.cookie)
    await held.arrived
    await browser.visit((session) => session.destroy())
    held.release()
    expect((await late).session['userId']).toBeUndefined()
    copy.app = slow
    expect(await copy.data()).toEqual({})
  })

  test('a session that had expired in the old store stays where it is', async () => {
    const { browser } = await setUp()
    clock.advance(15 * 86_400)
    await browser.visit((session) => expect(session.isNew).toBe(true))
  })
})

describe('from a store to the cookie', () => {
  const setUp = async () => {
    const from = memoryStore()
    const browser = await visitorOf(appWith(from))
    const old = browser.copy()
    browser.app = appWith(migrate({ from, to: cookieStore() }))
    return { from, browser, old, after: appWith(undefined) }
  }

  test('nobody is signed out, and the cookie alone is enough afterwards', async () => {
    const { browser, after } = await setUp()
    await browser.visit((session) => expect(session['userId']).toBe(7))
    browser.app = after
    await browser.visit((session) => {
      expect({ ...session }).toEqual({ userId: 7 })
      expect(session.flash['notice']).toBe('Hello')
    })
  })

  test('the cookie is opened once, so that the operator hears of a previous secret once', async () => {
    const { from, old } = await setUp()
    const secrets = [OLD_SECRET, SECRET]
    const app = new App({ store: migrate({ from, to: cookieStore() }), fakeClock: clock, guard: 'json', secrets })
    await new Browser(app, old.cookie).visit((session) => expect(session['userId']).toBe(7))
    expect(app.log.types).toEqual(['opened-by-previous-secret'])
  })

  test('parallel requests that still carry the ticket are not signed out', async () => {
    const { browser, old } = await setUp()
    await browser.visit((session) => (session['a'] = 1))
    old.app = browser.app
    expect(await old.data()).toEqual({ userId: 7 })
  })

  test.each<[string, (browser: Browser) => Promise<unknown>]>([
    ['destroyed', (browser) => browser.visit((session) => session.destroy())],
    ['reset', (browser) => browser.visit((session) => session.reset())],
    ['renewed', (browser) => browser.visit((session) => session.renew())],
  ])('once it moved and was %s, its ticket opens nothing any more', async (_, end) => {
    const { browser, old, from } = await setUp()
    await browser.visit((session) => (session['a'] = 1))
    await end(browser)
    old.app = browser.app
    await old.visit((session) => expect(session.refused).toBe('not-found'))
    old.app = appWith(from)
    await old.visit((session) => expect(session.refused).toBe('not-found'))
  })

  test('one that is too large for a cookie stays in the store until it shrinks', async () => {
    const { browser, after, from } = await setUp()
    browser.app = appWith(from)
    await browser.visit((session) => (session['note'] = 'x'.repeat(5000)))
    browser.app = appWith(migrate({ from, to: cookieStore() }))
    await browser.visit((session) => {
      expect(session['userId']).toBe(7)
      expect(session.size.limit).toBe(65_536)
      session['note'] = 'y'.repeat(6000)
    })
    await browser.visit((session) => (session['note'] = 'short'))
    await browser.visit((session) => expect(session.size.limit).toBe(4096))
    browser.app = after
    expect(await browser.data()).toEqual({ userId: 7, note: 'short' })
  })

  test('there and back again', async () => {
    const { browser, from } = await setUp()
    for (const store of [
      migrate({ from, to: cookieStore() }),
      migrate({ from: cookieStore(), to: from }),
      migrate({ from, to: cookieStore() }),
      undefined,
    ]) {
      browser.app = appWith(store)
      await browser.visit((session) => session.increment('count'))
    }
    expect(await browser.data()).toEqual({ userId: 7, count: 4 })
  })
})

test('processes with both settings side by side serve the same visitors during a deploy', async () => {
  const store = memoryStore()
  const before = appWith(migrate({ from: store, to: cookieStore() }))
  const after = appWith(migrate({ from: cookieStore(), to: store }))
  const browser = await visitorOf(before)
  for (let count = 1; count <= 6; count++) {
    browser.app = count % 2 === 0 ? before : after
    await browser.visit((session) => expect(session.increment('count')).toBe(count))
  }
  expect(await browser.data()).toEqual({ userId: 7, count: 6 })
})

test('migrate takes two different places, one of which is a store', () => {
  const store = memoryStore()
  expect(() => migrate({ from: store, to: store })).toThrow(/same store for from and to/)
  expect(() => migrate({ from: cookieStore(), to: cookieStore() })).toThrow(/same store for from and to/)
  expect(() => migrate({ from: store, to: {} as SessionStore })).toThrow(/migrate\.to is no session store/)
  expect(() => migrate({ from: migrate({ from: store, to: cookieStore() }), to: store })).toThrow(
    /migrate\.from is no session store/,
  )
})
