import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import { compactFormat } from '../../src/cookies/compact-session.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { FakeClock, SECRET } from '../support/visitor.ts'
import { App, Browser } from './browser.ts'

const clock = new FakeClock()

/** A session that lived in the cookie, and the application that moves such into a store. */
async function setUp() {
  const before = new App({ fakeClock: clock })
  const after = new App({ fakeClock: clock, store: migrate({ from: cookieStore(), to: memoryStore() }) })
  const browser = new Browser(before)
  await browser.visit((session) => (session['userId'] = 7))
  const first = browser.copy()
  await browser.visit((session) => session.touch())
  return { after, browser, first }
}

/** What somebody seals who has the secret of the ring. */
function forge(ticket: string): string {
  const now = Math.floor(clock.now() / 1000)
  const record = { id: 'a'.repeat(32), created: now, slid: now, persistent: false, data: { _ticket: ticket } }
  return compactFormat([SECRET]).session('session', clock.now).seal(record)
}

describe('the ticket of a session that moved from the cookie into a store', () => {
  test('is not made of what stands in logs: the secret and the session’s id do not open it', async () => {
    const { after, browser } = await setUp()
    browser.app = after
    let logged = ''
    await browser.visit((session) => (logged = session.id))
    for (const text of [`${logged} `, logged, `${logged} undefined`]) {
      const bytes = createHash('sha512').update(`coatcheck: moved from the cookie: ${text}`).digest().subarray(0, 34)
      const thief = new Browser(after, forge(`${bytes.toString('hex', 0, 2)}.${bytes.toString('base64url', 2)}`))
      await thief.visit((session) => expect([session['userId'], session.refused]).toEqual([undefined, 'not-found']))
    }
    await browser.visit((session) => expect(session['userId']).toBe(7))
  })

  test('is given to one copy of the cookie: an older one neither forks the session nor outlives its end', async () => {
    const { after, browser, first } = await setUp()
    first.app = after
    browser.app = after
    const again = browser.copy()
    await browser.visit((session) => (session['cart'] = [1]))
    await first.visit((session) => expect([session['userId'], session.refused]).toEqual([undefined, 'not-found']))
    await again.visit((session) => expect([session['userId'], session['cart']]).toEqual([7, [1]]))
    await browser.visit((session) => session.destroy())
    for (const copy of [again, first])
      await copy.visit((session) => expect([session['userId'], session.isNew]).toEqual([undefined, true]))
  })
})
