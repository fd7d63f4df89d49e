import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import expressSession, { MemoryStore } from 'express-session'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expressStore, migrate, type ExpressSessionStore } from '../../src/persistence/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { storeContract } from '../../src/testing/index.ts'
import { newChange, newId, newIdBeside, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { Barrier } from '../support/barrier.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { App, Browser, type Request } from './browser.ts'

interface OpenedStore {
  readonly raw: ExpressSessionStore
  readonly store: SessionStore
  /** Everything that its database holds, as text. */
  readonly dump: () => Promise<string>
  /** What makes the database fail, and work again. */
  readonly close: () => Promise<unknown>
}

async function connectRedis(): Promise<OpenedStore> {
  const server = await RedisServer.start()
  const client = createClient({ url: server.url }).on('error', () => {})
  await client.connect()
  const dump = async (): Promise<string> => {
    const keys = await client.keys('*')
    const values = await Promise.all(keys.map((key) => client.get(key)))
    return JSON.stringify([keys, values])
  }
  const close = async (): Promise<void> => {
    client.destroy()
    await server.stop()
  }
  const raw = new RedisStore({ client })
  return { raw, store: expressStore(raw, { name: 'connect-redis' }), dump, close }
}

async function connectPg(): Promise<OpenedStore> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  const Store = connectPgSimple(expressSession)
  const raw = new Store({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  const dump = async (): Promise<string> => JSON.stringify((await pool.query('SELECT * FROM session')).rows)
  const close = async (): Promise<void> => {
    await pool.end()
    await server.stop()
  }
  return { raw, store: expressStore(raw, { name: 'connect-pg-simple' }), dump, close }
}

/** That of express-session itself. */
async function inMemory(): Promise<OpenedStore> {
  const raw = new MemoryStore()
  let isOpen = true
  const whileOpen: ExpressSessionStore = {
    get: (id, callback) => (isOpen ? raw.get(id, callback) : callback(new Error('closed'))),
    set: (id, session, callback) => raw.set(id, session, callback),
    destroy: (id, callback) => raw.destroy(id, callback),
  }
  return {
    raw: whileOpen,
    store: expressStore(whileOpen, { name: 'memory of express-session' }),
    // as: a property that its types do not tell
    dump: async () => JSON.stringify((raw as unknown as { sessions: unknown }).sessions),
    close: async () => (isOpen = false),
  }
}

/** The calls of a store of express-session, as promises. */
interface Promising {
  get(id: string): Promise<unknown>
  set(id: string, session: never): Promise<unknown>
  destroy(id: string): Promise<unknown>
}

function promising(store: ExpressSessionStore): Promising {
  const settled = (ask: (callback: (error?: unknown, answer?: unknown) => void) => unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      ask((error, answer) => (error === null || error === undefined ? resolve(answer) : reject(error)))
    })
  return {
    get: (id) => settled((callback) => store.get(id, callback)),
    set: (id, session) => settled((callback) => store.set(id, session, callback)),
    destroy: (id) => settled((callback) => store.destroy(id, callback)),
  }
}

function calling(store: Promising): ExpressSessionStore {
  const call = (answer: Promise<unknown>, callback: (error: unknown, answer?: unknown) => void): void =>
    // oxlint-disable-next-line promise/no-callback-in-promise -- these stores are called back
    void answer.then((value) => callback(null, value), callback)
  return {
    get: (id, callback) => call(store.get(id), callback),
    set: (id, session, callback) => call(store.set(id, session), callback),
    destroy: (id, callback) => call(store.destroy(id), callback),
  }
}

type Handler = (session: Request['session']) => unknown

const WRITES: readonly (readonly [what: string, write: Handler])[] = [
  ['writes', (session) => (session['late'] = true)],
  ['touches', (session) => session.touch()],
  ['renews', (session) => session.renew()],
  ['sets the flash', (session) => (session.flash['notice'] = 'Saved')],
]

/** What a store that reads and writes whole sessions cannot do. Everything else it has to. */
const NOT_GIVEN: ReadonlySet<string> = new Set([
  'of twenty inserts of one id at once, one makes it',
  'of a hundred updates of different entries at once, none is lost',
  'of a hundred additions to one entry at once, all count',
  'of ten moves at once one wins, and what was written before it moved with it',
])

describe.each([
  ['connect-redis', connectRedis],
  ['connect-pg-simple', connectPg],
  ['memory of express-session', inMemory],
])('%s through expressStore', (name, open) => {
  let opened: OpenedStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test.each(storeContract.filter((one) => !NOT_GIVEN.has(one.name)))('$name', async ({ check }) => {
    await expect(check(() => opened.store)).resolves.toBeUndefined()
  })

  test('sessions live in it: what one request writes the next one reads, until it is ended', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => {
      session['userId'] = 7
      session.flash['notice'] = 'Hello'
    })
    const before = browser.copy()
    await browser.visit((session) => {
      expect(session.flash['notice']).toBe('Hello')
      session.renew()
    })
    expect(await before.data()).toEqual({})
    const copy = browser.copy()
    expect(await browser.data()).toEqual({ userId: 7 })
    await browser.visit((session) => session.destroy())
    expect(await copy.data()).toEqual({})
  })

  test('its own expiry is set, so that it can clear away what has expired', async () => {
    const browser = new Browser(new App({ store: opened.store, idleTimeout: '1h' }))
    await browser.visit((session) => (session['userId'] = 7))
    const dump = await opened.dump()
    expect(dump).toMatch(/originalMaxAge\\*":\s*3600000/)
  })

  test('a dump holds no ticket', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    const opensNothing = [...(await opened.dump()).matchAll(/[0-9a-f]{4}\.[\w-]{43}/g)].map(([id]) => id)
    expect(opensNothing.length).toBeGreaterThan(0)
    const found = await Promise.all(opensNothing.map((id) => new Browser(browser.app, id).data()))
    for (const data of found) expect(data).toEqual({})
  })

  test('of two parallel requests the last one wins with all of its session, as the documentation says', async () => {
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    const late = await browser.begin()
    late.session['late'] = true
    await browser.visit((session) => session.destroy())
    // What was ended before it reads again stays ended, all the same.
    expect((await late.commit()).setCookie).toEqual([])
    expect(await browser.copy().data()).toEqual({})
  })

  /** A process whose store can be held at each of its calls, and a browser that is signed in there. */
  const held = async () => {
    const barrier = new Barrier(promising(opened.raw))
    const slow = new App({ store: expressStore(calling(barrier.target)) })
    const browser = new Browser(new App({ store: opened.store, fakeClock: slow.clock }))
    await browser.visit((session) => (session['userId'] = 7))
    return { barrier, slow, browser }
  }

  describe.each(WRITES)('a request that read its session, and then %s,', (_, write) => {
    test.each(['before', 'after'] as const)(
      'brings nothing back where it ends %s that write reaches the store, even if the process stops there',
      async (place) => {
        const { barrier, slow, browser } = await held()
        const copy = browser.copy()
        const request = await slow.begin(browser.cookie)
        write(request.session)
        const writing = barrier.hold('set', place)
        const late = request.commit()
        await writing.arrived
        await browser.visit((session) => session.destroy())
        expect(await copy.data()).toEqual({})
        const checking = barrier.hold('get', 'before')
        writing.release()
        await Promise.race([checking.arrived, late])
        // Its write has been made, and it has not looked yet what became of the session.
        expect(await copy.data()).toEqual({})
        checking.release()
        expect((await late).setCookie).toEqual([])
        expect(await copy.data()).toEqual({})
      },
    )
  })

  test('an update that did not find out that the session had ended leaves nothing in the store', async () => {
    const barrier = new Barrier(promising(opened.raw))
    const store = expressStore(calling(barrier.target))
    for (const newIdOf of [() => undefined, newIdBeside]) {
      const id = newId()
      await store.insert(id, newSession({ entries: { a: '1' } }), NOW)
      const newIdHere = newIdOf(id)
      const writing = barrier.hold('set', 'before')
      const updated = store.update(id, newChange({ set: { a: '2' }, newId: newIdHere }), NOW)
      await writing.arrived
      await opened.store.delete(id)
      writing.release()
      expect(await updated).toBe(false)
      const left = await promising(opened.raw).get(newIdHere ?? id)
      expect(left ?? undefined).toBeUndefined()
    }
  })

  test('ending a session twice does not make its note shorter, and an id that ended is not taken again', async () => {
    const id = newId()
    const year = 365 * 86_400
    await opened.store.insert(id, newSession({ expiresAt: NOW + year }), NOW)
    await opened.store.delete(id)
    await opened.store.delete(id)
    const note = await promising(opened.raw).get(`${id}.ended`)
    expect(note).toMatchObject({
      cookie: { originalMaxAge: expect.toSatisfy((life: number) => life > year * 1000) as number },
    })
    expect(await opened.store.insert(id, newSession({}), NOW)).toBe(false)
    expect(await opened.store.find(id)).toBeUndefined()
  })

  test('it is one of the places that sessions move between', async () => {
    const to = memoryStore()
    const browser = new Browser(new App({ store: opened.store }))
    await browser.visit((session) => (session['userId'] = 7))
    browser.app = new App({ store: migrate({ from: opened.store, to }) })
    await browser.visit((session) => expect(session['userId']).toBe(7))
    browser.app = new App({ store: to })
    expect(await browser.data()).toEqual({ userId: 7 })
  })

  test('its failure is ERR_STORE_UNAVAILABLE, with its own error as the cause', async () => {
    const { store, close } = await open()
    const browser = new Browser(new App({ store }))
    await browser.visit((session) => (session['userId'] = 7))
    await close()
    await expect(browser.begin()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(store.name).toBe(name)
  })
})

test('what is no store of express-session is refused with what it lacks', () => {
  expect(() => expressStore({} as never)).toThrow(/expected an object with get, set, destroy/)
})
