import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import type { AnyData } from '../../src/index.ts'
import type { SessionChange, SessionStore } from '../../src/stores/store.ts'
import { OLD_SECRET, SECRET } from '../support/visitor.ts'
import { App, Browser } from './browser.ts'
import { PLACES, type Place } from './places.ts'

describe.each(PLACES)('sessions in a store: %s', (_, openPlace) => {
  let place: Place
  let store: SessionStore

  beforeAll(async () => {
    place = await openPlace()
    store = await place.open()
  })
  afterAll(() => place.close())

  const newBrowser = (options: Partial<ConstructorParameters<typeof App>[0]> = {}): Browser =>
    new Browser(new App({ store, ...options }))

  test('what one request writes the next one reads: values of every kind, nested ones and the flash', async () => {
    const browser = newBrowser()
    await browser.visit((session) => {
      session['accountId'] = 7
      session['wizard'] = { step: 1, plan: 'é😀"\\\n\u0000' }
      session['flash.notice'] = 'a key, no flash'
      session['flashy'] = true
      session[''] = null
      session['a\u0000"b\\'] = [1.5, false]
      session.flash['notice'] = 'Signed in'
      session.flash['al"ert'] = ['a', 1]
    })
    await browser.visit((session) => {
      expect({ ...session }).toEqual({
        accountId: 7,
        wizard: { step: 1, plan: 'é😀"\\\n\u0000' },
        'flash.notice': 'a key, no flash',
        flashy: true,
        '': null,
        'a\u0000"b\\': [1.5, false],
      })
      expect(session.isNew).toBe(false)
      expect({ ...session.flash }).toMatchObject({ notice: 'Signed in', 'al"ert': ['a', 1] })
    })
    await browser.visit((session) => expect(session.flash['notice']).toBeUndefined())
  })

  test('a request without a cookie asks the store nothing, and one that writes nothing makes no session', async () => {
    const asked: string[] = []
    const spy = new Proxy(store, {
      get: (target, verb) => (asked.push(String(verb)), Reflect.get(target, verb) as unknown), // as: Reflect.get is any
    })
    const browser = newBrowser({ store: spy })
    asked.length = 0
    await browser.visit((session) => expect(session.isNew).toBe(true))
    expect(asked).toEqual([])
    expect(browser.cookie).toBeUndefined()
  })

  test('only what a request changed is written, however the text of the rest came into the store', async () => {
    const ids: string[] = []
    const changes: SessionChange[] = []
    const spy: SessionStore = {
      name: 'spy',
      find: (id) => store.find(id),
      insert: (id, ...rest) => (ids.push(id), store.insert(id, ...rest)),
      update: (id, change, now) => (changes.push(change), store.update(id, change, now)),
      delete: (id) => store.delete(id),
    }
    const app = new App({ store: spy })
    const browser = new Browser(app)
    await browser.visit((session) => (session['price'] = 1))
    const [id = ''] = ids
    const now = Math.floor(app.clock.now() / 1000)
    const theirs = new Map([
      ['price', '1.0'],
      ['cart', '{ "items": [1e2, 2] }'],
    ])
    await store.update(id, { set: theirs, remove: [], add: new Map(), slid: now, expiresAt: now + 3600 }, now)
    await browser.visit((session) => {
      session['seen'] = true
      expect(session.size.byKey).toMatchObject({
        price: '"price":1.0'.length,
        cart: '"cart":{ "items": [1e2, 2] }'.length,
      })
    })
    expect([...(changes[0]?.set ?? [])]).toEqual([['seen', 'true']])
    await browser.visit((session) => (session['cart'] as { items: number[] }).items.push(3)) // as: what was stored above
    expect([...(changes[1]?.set ?? [])]).toEqual([['cart', '{"items":[100,2,3]}']])
  })

  test('reading is one question, and writing one more; neither sends a cookie that says the same', async () => {
    const asked: string[] = []
    const spy: SessionStore = {
      name: 'spy',
      find: (...all) => (asked.push('find'), store.find(...all)),
      insert: (...all) => (asked.push('insert'), store.insert(...all)),
      update: (...all) => (asked.push('update'), store.update(...all)),
      delete: (...all) => (asked.push('delete'), store.delete(...all)),
    }
    const browser = newBrowser({ store: spy })
    await browser.visit((session) => (session['a'] = 1))
    expect(asked.splice(0)).toEqual(['insert'])
    const reading = await browser.begin()
    expect(reading.session['a']).toBe(1)
    expect(await reading.commit()).toEqual({ setCookie: [], vary: true, noStore: false })
    expect(asked.splice(0)).toEqual(['find'])
    const writing = await browser.begin()
    writing.session['a'] = 2
    expect((await writing.commit()).setCookie).toEqual([])
    expect(asked.splice(0)).toEqual(['find', 'update'])
    await browser.visit((session) => session.renew())
    expect(asked.splice(0)).toEqual(['find', 'update'])
    await browser.visit((session) => (session.reset(), (session['b'] = 1)))
    expect(asked.splice(0)).toEqual(['find', 'insert', 'delete'])
    await browser.visit((session) => session.destroy())
    expect(asked.splice(0)).toEqual(['find', 'delete'])
  })

  test('a request that never touches its session sends nothing and writes nothing', async () => {
    const browser = newBrowser({ idleTimeout: '10h' })
    await browser.visit((session) => (session['a'] = 1))
    browser.app.clock.advance(5 * 3600)
    const request = await browser.begin()
    expect(await request.commit()).toEqual({ setCookie: [], vary: false, noStore: false })
  })

  test('a slide moves both ends, the cookie’s and the store’s', async () => {
    const browser = newBrowser({ idleTimeout: '10h', absoluteTimeout: '30d' })
    await browser.visit((session) => (session['a'] = 1))
    for (let hours = 0; hours < 40; hours += 4) {
      browser.app.clock.advance(4 * 3600)
      const before = browser.cookie
      await browser.visit((session) => expect(session['a']).toBe(1))
      expect(browser.cookie).not.toBe(before)
    }
    browser.app.clock.advance(10 * 3600)
    await browser.visit((session) => expect(session.refused).toBe('expired-idle'))
  })

  test('writing keeps a session alive as well, and its cookie with it', async () => {
    const browser = newBrowser({ idleTimeout: '10h', absoluteTimeout: '30d' })
    for (let count = 1; count < 100; count++) {
      await browser.visit((session) => expect(session.increment('count')).toBe(count))
      browser.app.clock.advance(1800)
    }
  })

  test('the absolute timeout ends a session however active, and renew starts it anew', async () => {
    const browser = newBrowser({ idleTimeout: '1h', absoluteTimeout: '2h' })
    const visitor = async (): Promise<unknown> => browser.visit((session) => (session.touch(), session['a']))
    await browser.visit((session) => (session['a'] = 1))
    browser.app.clock.advance(3599)
    expect(await visitor()).toBe(1)
    await browser.visit((session) => session.renew())
    browser.app.clock.advance(3599)
    expect(await visitor()).toBe(1)
    browser.app.clock.advance(3599)
    expect(await visitor()).toBe(1)
    browser.app.clock.advance(2)
    await browser.visit((session) => expect(session.refused).toBe('expired-absolute'))
  })

  test('renew gives a new id and a new ticket; the old cookie opens nothing any more', async () => {
    const browser = newBrowser()
    const id = await browser.visit((session) => ((session['a'] = 1), session.id))
    const thief = browser.copy()
    await browser.visit((session) => (session.renew(), (session['userId'] = 7)))
    await browser.visit((session) => {
      expect({ ...session }).toEqual({ a: 1, userId: 7 })
      expect(session.id).not.toBe(id)
    })
    await thief.visit((session) => expect(session.refused).toBe('not-found'))
    expect(browser.app.log.types).toEqual(['renewed', 'refused'])
  })

  test('reset ends the session and begins another; destroy ends it for good; both end every copy of the cookie', async () => {
    const browser = newBrowser()
    await browser.visit((session) => (session['a'] = 1))
    const first = browser.copy()
    await browser.visit((session) => (session.reset(), (session['b'] = 2)))
    expect(await browser.data()).toEqual({ b: 2 })
    expect(await first.data()).toEqual({})
    const second = browser.copy()
    await browser.visit((session) => session.destroy())
    expect(browser.cookie).toBeUndefined()
    expect(await second.data()).toEqual({})
    await browser.visit((session) => (session['c'] = 3))
    const third = browser.copy()
    await browser.visit((session) => session.reset())
    expect(browser.cookie).toBeUndefined()
    expect(await third.data()).toEqual({})
  })

  test('the cookie is as long as ever, whatever the session holds, and holds none of it', async () => {
    const browser = newBrowser({ guard: 'json' })
    await browser.visit((session) => (session['note'] = 'short'))
    const { length } = browser.cookie ?? ''
    await browser.visit((session) => (session.renew(), (session['note'] = 'x'.repeat(60_000))))
    expect(browser.cookie).toHaveLength(length)
    expect(length).toBeLessThan(200)
    expect(browser.app.sessions.open(browser.cookie ?? '')).toMatchObject({ ok: true, data: {} })
    expect(await browser.data()).toEqual({ note: 'x'.repeat(60_000) })
  })

  test('a session past the store’s bytes fails at the line, says how much and leaves things as they were', async () => {
    const browser = newBrowser({ guard: 'json' })
    await browser.visit((session) => {
      session['note'] = 'x'.repeat(60_000)
      expect(session.size).toMatchObject({ limit: 65_536, bytes: 60_011 })
      expect(() => (session['more'] = 'y'.repeat(6000))).toThrow(
        expect.objectContaining({
          code: 'ERR_SESSION_OVERFLOW',
          message: expect.stringMatching(
            /^Session overflowed with size 66021 bytes, 485 over the 65536 that the \w+ store allows one session\. Heaviest keys: "note" 60009, "more" 6009\./,
          ),
        }),
      )
      expect(session['more']).toBeUndefined()
    })
    expect(browser.app.log.events.at(-1)).toMatchObject({ type: 'overflow', bytes: 66_021 })
  })

  test('a cookie of a previous secret is sealed anew; the store is not written', async () => {
    const old = newBrowser({ secrets: [OLD_SECRET] })
    await old.visit((session) => (session['a'] = 1))
    const browser = new Browser(new App({ store, secrets: [SECRET, OLD_SECRET] }), old.cookie)
    await browser.visit((session) => expect(session['a']).toBe(1))
    expect(browser.cookie).not.toBe(old.cookie)
    browser.app = new App({ store, secrets: [SECRET] })
    expect(await browser.data()).toEqual({ a: 1 })
  })

  test('an unsealed, foreign or outdated ticket is an empty session and a reason', async () => {
    const browser = newBrowser()
    await browser.visit((session) => (session['a'] = 1))
    const elsewhere = new Browser(new App({ store: memoryStore() }), browser.cookie)
    await elsewhere.visit((session) => {
      expect(session.isNew).toBe(true)
      expect(session.refused).toBe('not-found')
    })
    const inCookies = new Browser(new App({}), browser.cookie)
    await inCookies.visit((session) => expect(session.refused).toBe('not-found'))
    const withData = new Browser(new App({}))
    await withData.visit((session) => (session['a'] = 1))
    const moved = new Browser(browser.app, withData.cookie)
    await moved.visit((session) => expect(session.refused).toBe('not-found'))
  })

  test('the schema sees what the store holds', async () => {
    const browser = newBrowser()
    await browser.visit((session) => ((session['userId'] = '7'), (session['kept'] = true)))
    const validate = (value: unknown) =>
      typeof (value as { userId?: unknown }).userId === 'number'
        ? { value: value as AnyData }
        : { issues: [{ message: 'userId is no number' }] }
    const schema = { '~standard': { version: 1 as const, vendor: 'test', validate } }
    const strict = new Browser(new App({ store, schema }), browser.cookie)
    await strict.visit((session) => expect(session.refused).toBe('schema'))
    const migrate = (old: AnyData) => ({ ...old, userId: Number(old['userId']) })
    const lenient = new Browser(new App({ store, schema, migrate }), browser.cookie)
    expect(await lenient.data()).toEqual({ userId: 7, kept: true })
    expect(await browser.data()).toEqual({ userId: 7, kept: true })
  })

  test('load gives a session for reading only, outside of any request', async () => {
    const browser = newBrowser()
    await browser.visit((session) => (session['a'] = 1))
    const { sessions } = browser.app
    const session: Record<string, unknown> = await sessions.load(`session=${browser.cookie}`)
    expect(session['a']).toBe(1)
    expect(() => (session['a'] = 2)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_READONLY' }))
    expect(() => sessions.read(`session=${browser.cookie}`)).toThrow(/live in a store\. Use await sessions\.load/)
    expect(() => sessions.seal({ a: 1 })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
    expect((await sessions.load(undefined)).isNew).toBe(true)
  })

  test('a session that was not fetched says so, and what to do', async () => {
    const browser = newBrowser()
    await browser.visit((session) => (session['a'] = 1))
    const cookieHeader = `session=${browser.cookie}`
    const { session } = browser.app.sessions.begin({}, { cookieHeader, isSecure: () => true })
    expect(() => session['a']).toThrow(/was not fetched\. Adapters wait for exchange\.load\(\)/)
  })

  test('the store knows a session by a hash of what the cookie carries', async () => {
    const ids: string[] = []
    const spy: SessionStore = {
      ...bound(store),
      insert: (id, ...rest) => (ids.push(id), store.insert(id, ...rest)),
    }
    const browser = newBrowser({ store: spy })
    await browser.visit((session) => (session['a'] = 1))
    const [id = ''] = ids
    expect(id).toMatch(/^[0-9a-f]{4}\.[\w-]{43}$/)
    // Whoever reads the store and has the id, but no ticket and no secret, opens nothing with it.
    await new Browser(browser.app, id).visit((session) => expect(session.refused).toBe('malformed'))
    expect(hash('sha256', id, 'base64url')).not.toBe(id.slice(5))
  })
})

function bound(store: SessionStore): SessionStore {
  return {
    name: store.name,
    find: (...all) => store.find(...all),
    insert: (...all) => store.insert(...all),
    update: (...all) => store.update(...all),
    delete: (...all) => store.delete(...all),
  }
}
