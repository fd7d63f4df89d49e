import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createAsking } from '../../src/identity/asking.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { MOST_QUESTIONS, type SessionStore } from '../../src/stores/store.ts'
import { App, Browser } from './browser.ts'

/** As many late questions as docs/running-stores.md says. */
const MOST_LATE = 1000

/** A store that answers no `find` before it is told to. */
function silentStore() {
  const inner = memoryStore()
  const asked: (() => void)[] = []
  const store: SessionStore = {
    name: 'silent',
    find: (id) => new Promise((resolve) => asked.push(() => resolve(inner.find(id)))),
    insert: (id, session, now) => inner.insert(id, session, now),
    update: (id, change, now) => inner.update(id, change, now),
    delete: (id) => inner.delete(id),
  }
  return { store, asked }
}

/** How a question ended. */
const endOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.message : 'not an error'),
  )

async function signedIn(app: App): Promise<Browser> {
  const browser = new Browser(app)
  await browser.visit((session) => (session['userId'] = 7))
  return browser
}

test('a store that answers is asked by as many requests at once as there are', async () => {
  const { store, asked } = silentStore()
  const browser = await signedIn(new App({ store }))
  const ends = Array.from({ length: 5000 }, () => endOf(browser.begin()))
  await turn()
  expect(asked).toHaveLength(5000)
  for (const answer of asked) answer()
  expect(new Set(await Promise.all(ends))).toEqual(new Set(['answered']))
})

test('while too many questions are late the next is answered at once, without the store being asked, and later all goes on', async () => {
  const { store, asked } = silentStore()
  const app = new App({ store })
  const browser = await signedIn(app)
  const late = await Promise.all(Array.from({ length: MOST_LATE }, () => endOf(browser.begin())))
  expect(new Set(late).size).toBe(1)
  expect(late[0]).toMatch(/^The silent store of sessions did not answer within 1 s/)
  expect(await endOf(browser.begin())).toMatch(
    /^The silent store of sessions was not asked: 1000 questions are waiting for its answer\. Nobody was signed out/,
  )
  expect(await endOf(new Browser(app).visit((session) => (session['a'] = 1)))).toMatch(/was not asked/)
  expect(asked).toHaveLength(MOST_LATE)
  for (const answer of asked.splice(0)) answer()
  await turn()
  const next = browser.begin()
  await turn()
  asked[0]?.()
  expect((await next).session['userId']).toBe(7)
})

test('no more questions than the stated cap wait for a registry of user sessions', async () => {
  const events: string[] = []
  const asking = createAsking(({ type }) => events.push(type))
  const answers: (() => void)[] = []
  const ask = (): Promise<void> => asking.read(() => new Promise<void>((resolve) => answers.push(resolve)))
  const ends = Array.from({ length: MOST_QUESTIONS + 1 }, () => endOf(ask()))
  expect(await ends.at(-1)).toMatch(/^The record of user sessions was not asked: 10000 questions are waiting/)
  expect([answers.length, events]).toEqual([MOST_QUESTIONS, ['store-unavailable']])
  for (const answer of answers) answer()
  await Promise.all(ends)
  const next = ask()
  answers.at(-1)?.()
  expect(await endOf(next)).toBe('answered')
})
