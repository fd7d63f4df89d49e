import { expect, test, vi } from 'vitest'
import { SessionError } from '../../src/index.ts'
import { migrate } from '../../src/persistence/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { ShakyStore } from '../support/shaky-store.ts'
import { App, Browser, type Request } from './browser.ts'

const setUp = async () => {
  const inner = memoryStore()
  const shaky = new ShakyStore(inner)
  const browser = new Browser(new App({ store: shaky.store }))
  await browser.visit((session) => (session['userId'] = 7))
  return { inner, shaky, browser, fail: shaky.fail.bind(shaky) }
}

const unavailable = (cause?: Error) =>
  expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE', kind: 'system', status: 503, cause })

/** What it rejects with says. */
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

const HANDLERS: readonly (readonly [what: string, write: (session: Request['session']) => unknown])[] = [
  ['writes', (session) => (session['a'] = 1)],
  ['increments', (session) => session.increment('views')],
  ['renews', (session) => session.renew()],
  ['resets and writes', (session) => (session.reset(), (session['a'] = 1))],
  ['resets', (session) => session.reset()],
  ['destroys', (session) => session.destroy()],
]

test('a request whose session cannot be read fails with the store’s own error as the cause, and signs nobody out', async () => {
  const { browser, fail } = await setUp()
  const broken = new Error('ECONNREFUSED')
  fail(broken)
  await expect(browser.begin()).rejects.toThrow(unavailable(broken))
  await expect(browser.app.sessions.load(`session=${browser.cookie}`)).rejects.toThrow(unavailable(broken))
  expect(browser.app.log.types).toEqual(['store-unavailable', 'store-unavailable'])
  fail(undefined)
  expect(await browser.data()).toEqual({ userId: 7 })
})

test('an error page that asks for the session all the same gets the same error, and no cookie leaves with it', async () => {
  const { browser, fail } = await setUp()
  fail(new Error('ECONNREFUSED'))
  const cookieHeader = `session=${browser.cookie}`
  const exchange = browser.app.sessions.begin({}, { cookieHeader, isSecure: () => true })
  await expect(exchange.load()).rejects.toThrow(unavailable(expect.any(Error)))
  expect(() => exchange.session['userId']).toThrow(unavailable(expect.any(Error)))
  exchange.session.destroy()
  expect(await exchange.commit()).toMatchObject({ setCookie: [] })
  fail(undefined)
  expect(await browser.data()).toEqual({ userId: 7 })
})

test('a visitor without a cookie is served while the store is down, as long as nothing is written', async () => {
  const { browser, fail } = await setUp()
  fail(new Error('ECONNREFUSED'))
  const stranger = new Browser(browser.app)
  expect(await stranger.data()).toEqual({})
  await expect(stranger.visit((session) => (session['a'] = 1))).rejects.toThrow(unavailable(expect.any(Error)))
})

test.each(HANDLERS)(
  'a commit fails when a request %s and the store cannot be reached; the visitor keeps what there was',
  async (_, write) => {
    const { browser, fail } = await setUp()
    const request = await browser.begin()
    write(request.session)
    fail(new Error('ECONNRESET'))
    await expect(request.commit()).rejects.toThrow(unavailable(expect.any(Error)))
    fail(undefined)
    expect(await browser.data()).toEqual({ userId: 7 })
  },
)

test.each(HANDLERS)('the same where a new visitor’s request %s', async (_, write) => {
  const { browser, fail } = await setUp()
  const stranger = new Browser(browser.app)
  const request = await stranger.begin()
  write(request.session)
  fail(new Error('ECONNRESET'))
  const outcome = await request.commit().then(
    ({ setCookie }) => setCookie.filter((line) => !line.includes('Max-Age=0')),
    (error: unknown) => error,
  )
  // Ending what never was asks no store anything.
  expect(outcome instanceof SessionError ? outcome.code : outcome).toEqual(
    ['resets', 'destroys'].includes(_) ? [] : 'ERR_STORE_UNAVAILABLE',
  )
})

test('a store that does not answer is given up after its time, and what it does later harms nobody', async () => {
  vi.useFakeTimers()
  try {
    const { shaky, browser } = await setUp()
    const held = shaky.hold('find', 'before')
    const reading = messageOf(browser.begin())
    await held.arrived
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toMatch(
      /^The memory store of sessions did not answer within 1 s\. Nobody was signed out, and nothing was changed\./,
    )
    held.release()
    const request = await browser.begin()
    request.session['late'] = true
    const writing = shaky.hold('update', 'before')
    const committing = messageOf(request.commit())
    await writing.arrived
    await vi.advanceTimersByTimeAsync(1000)
    expect(await committing).toMatch(
      /did not answer within 1 s\. Whether the session was written is not known; its cookie is left as it is\./,
    )
    writing.release()
    await vi.advanceTimersByTimeAsync(1)
    expect(await browser.data()).toEqual({ userId: 7, late: true })
  } finally {
    vi.useRealTimers()
  }
})

test('storeTimeout is what it says', async () => {
  vi.useFakeTimers()
  try {
    const shaky = new ShakyStore(memoryStore())
    const browser = new Browser(new App({ store: shaky.store, storeTimeout: '5s' }))
    await browser.visit((session) => (session['a'] = 1))
    const held = shaky.hold('find', 'before')
    const begun = browser.begin()
    await held.arrived
    await vi.advanceTimersByTimeAsync(4900)
    held.release()
    expect((await begun).session['a']).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('while sessions move, either store may be down, and nothing is taken for gone', async () => {
  const { inner, shaky, browser, fail } = await setUp()
  const moving = migrate({ from: shaky.store, to: memoryStore() })
  browser.app = new App({ store: moving })
  fail(new Error('ECONNREFUSED'))
  await expect(browser.begin()).rejects.toThrow(unavailable(expect.any(Error)))
  fail(undefined)
  expect(await browser.data()).toEqual({ userId: 7 })
  const down: SessionStore = Object.assign(memoryStore(), { find: () => Promise.reject(new Error('down')) })
  const toDown = migrate({ from: inner, to: down })
  browser.app = new App({ store: toDown })
  await expect(browser.begin()).rejects.toThrow(unavailable(expect.any(Error)))
})
