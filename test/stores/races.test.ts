import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session, AnyData } from '../../src/index.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { Barrier } from '../support/barrier.ts'
import { FakeClock } from '../support/visitor.ts'
import { App, Browser } from './browser.ts'
import { PLACES, type Place } from './places.ts'

type Handler = (session: Session<AnyData>) => void

/** What a request does to its session, by what it is called in a sentence. */
const WRITES: readonly (readonly [what: string, write: Handler])[] = [
  ['sets a key', (session) => (session['late'] = true)],
  ['removes a key', (session) => delete session['userId']],
  ['increments', (session) => session.increment('views')],
  ['changes a nested value', (session) => void ((session['wizard'] as { step: number }).step = 2)],
  ['sets the flash', (session) => (session.flash['notice'] = 'Saved')],
  ['touches', (session) => session.touch()],
  ['renews', (session) => session.renew()],
  ['renews and writes', (session) => (session.renew(), (session['isAdmin'] = true))],
]

const ENDS: readonly (readonly [what: string, end: Handler])[] = [
  ['destroyed', (session) => session.destroy()],
  ['reset', (session) => session.reset()],
  ['replaced by another session', (session) => (session.reset(), (session['userId'] = 8))],
  ['renewed', (session) => session.renew()],
]

describe.each(PLACES)('whatever happens at the same time in the %s store,', (_, openPlace) => {
  let place: Place
  let here: SessionStore
  let elsewhere: SessionStore

  beforeAll(async () => {
    place = await openPlace()
    here = await place.open()
    elsewhere = await place.open()
  })
  afterAll(() => place.close())

  /** A browser that is signed in, and the same browser with its requests going to another process. */
  const signedIn = async (options: ConstructorParameters<typeof App>[0] = {}) => {
    const fakeClock = new FakeClock()
    const browser = new Browser(new App({ store: here, fakeClock, ...options }))
    await browser.visit((session) => {
      session['userId'] = 7
      session['wizard'] = { step: 1 }
    })
    const other = new App({ store: elsewhere, fakeClock, ...options })
    return { browser, other, clock: fakeClock }
  }

  describe.each(ENDS)('a session that was %s while a request was on its way', (_end, end) => {
    test.each(WRITES)('stays ended when that request then %s, and no cookie is sent', async (_what, write) => {
      const { browser, other } = await signedIn()
      const copy = browser.copy()
      const late = await other.begin(browser.cookie)
      write(late.session)
      await browser.visit(end)
      expect(await late.commit()).toMatchObject({ setCookie: [] })
      expect(await copy.data()).toEqual({})
    })
  })

  test.each(WRITES)(
    'a session that expired while a request was on its way stays expired when it %s',
    async (_what, write) => {
      const { browser, other, clock } = await signedIn({ idleTimeout: '1h' })
      const late = await other.begin(browser.cookie)
      clock.advance(3600)
      write(late.session)
      expect(await late.commit()).toMatchObject({ setCookie: [] })
      expect(await browser.data()).toEqual({})
      // Not even by somebody whose clock is behind.
      clock.advance(-3600 - 30)
      expect(
        await browser.visit((session) => session['late'] ?? session['isAdmin'] ?? session['views']),
      ).toBeUndefined()
    },
  )

  test('a slide that comes late brings nothing back', async () => {
    const { browser, other, clock } = await signedIn({ idleTimeout: '10h' })
    const copy = browser.copy()
    clock.advance(2 * 3600)
    const late = await other.begin(browser.cookie)
    expect(late.session['userId']).toBe(7)
    await browser.visit((session) => session.destroy())
    expect((await late.commit()).setCookie).toEqual([])
    expect(await copy.data()).toEqual({})
  })

  test('what was written to a session that had ended is told to the operator', async () => {
    const { browser, other } = await signedIn()
    const late = await other.begin(browser.cookie)
    late.session['a'] = 1
    await browser.visit((session) => session.destroy())
    await late.commit()
    expect(other.log.types).toEqual(['late-write'])
  })

  test('destroying what is gone already is no error', async () => {
    const { browser, other } = await signedIn()
    const late = await other.begin(browser.cookie)
    late.session.destroy()
    await browser.visit((session) => session.destroy())
    expect((await late.commit()).setCookie).toEqual([expect.stringContaining('Max-Age=0')])
  })

  test('two parallel requests that write different keys both win', async () => {
    const { browser, other } = await signedIn()
    const one = await browser.begin()
    const two = await other.begin(browser.cookie)
    one.session['one'] = 1
    delete two.session['userId']
    two.session['two'] = { deep: [2] }
    await Promise.all([one.commit(), two.commit()])
    expect(await browser.data()).toEqual({ wizard: { step: 1 }, one: 1, two: { deep: [2] } })
  })

  test('of two that write the same key the last one wins, whole', async () => {
    const { browser, other } = await signedIn()
    const one = await browser.begin()
    const two = await other.begin(browser.cookie)
    one.session['wizard'] = { step: 2, plan: 'team' }
    two.session['wizard'] = { step: 3 }
    await two.commit()
    await one.commit()
    expect(await browser.data()).toEqual({ userId: 7, wizard: { step: 2, plan: 'team' } })
  })

  test('two that increment the same key both count, one that sets it afterwards wins', async () => {
    const { browser, other } = await signedIn()
    const requests = await Promise.all([browser.begin(), other.begin(browser.cookie), browser.begin()])
    const sums = requests.map(({ session }) => session.increment('views', 2))
    expect(sums).toEqual([2, 2, 2])
    await Promise.all(requests.map((request) => request.commit()))
    expect(await browser.visit((session) => session['views'])).toBe(6)
    const [adding, setting] = await Promise.all([browser.begin(), other.begin(browser.cookie)])
    adding.session.increment('views')
    setting.session['views'] = 0
    setting.session.increment('views')
    await adding.commit()
    await setting.commit()
    expect(await browser.visit((session) => session['views'])).toBe(1)
  })

  test('a message that one request shows and one that another sets do not eat each other', async () => {
    const { browser, other } = await signedIn()
    await browser.visit((session) => (session.flash['notice'] = 'first'))
    const showing = await browser.begin()
    const setting = await other.begin(browser.cookie)
    expect(showing.session.flash['notice']).toBe('first')
    setting.session.flash['alert'] = 'second'
    await setting.commit()
    await showing.commit()
    await browser.visit((session) => {
      expect(session.flash['alert']).toBe('second')
      expect(session.flash['notice']).toBeUndefined()
    })
  })

  test('what was written while another request renewed is in the renewed session', async () => {
    const { browser, other } = await signedIn()
    const renewing = await browser.begin()
    const writing = await other.begin(browser.cookie)
    renewing.session.renew()
    writing.session['saved'] = true
    await writing.commit()
    browser.keep(await renewing.commit())
    expect(await browser.data()).toEqual({ userId: 7, wizard: { step: 1 }, saved: true })
  })

  test('of two that renew at once one wins, and the other sends no cookie that would open nothing', async () => {
    const { browser, other } = await signedIn()
    const one = await browser.begin()
    const two = await other.begin(browser.cookie)
    one.session.renew()
    two.session.renew()
    const commits = await Promise.all([one.commit(), two.commit()])
    expect(commits.map(({ setCookie }) => setCookie.length).toSorted()).toEqual([0, 1])
    for (const commit of commits) browser.keep(commit)
    expect(await browser.data()).toMatchObject({ userId: 7 })
  })

  test('a response that comes after one that renewed does not overwrite its cookie', async () => {
    const { browser, other } = await signedIn()
    const slow = await other.begin(browser.cookie)
    slow.session['saved'] = true
    const late = await slow.commit()
    await browser.visit((session) => session.renew())
    browser.keep(late)
    expect(await browser.data()).toMatchObject({ userId: 7, saved: true })
  })

  test('the headers wait for the store: the commit is not there before its answer', async () => {
    const barrier = new Barrier(here)
    const { browser } = await signedIn({ store: barrier.target })
    const held = barrier.hold('update', 'after')
    const request = await browser.begin()
    request.session['a'] = 1
    let committed = false
    const commit = request.commit().then(() => (committed = true))
    await held.arrived
    await new Promise((resolve) => setImmediate(resolve))
    expect(committed).toBe(false)
    // While it is on its way the session is closed already.
    expect(() => (request.session['b'] = 2)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
    held.release()
    await commit
    expect(await browser.data()).toMatchObject({ a: 1 })
  })

  test('fifty parallel requests of one browser lose nothing', async () => {
    const { browser, other } = await signedIn()
    const requests = await Promise.all(
      Array.from({ length: 50 }, (__, at) => (at % 2 === 0 ? browser.begin() : other.begin(browser.cookie))),
    )
    for (const [at, { session }] of requests.entries()) {
      session.increment('views')
      session[`key ${at}`] = at
    }
    await Promise.all(requests.map((request) => request.commit()))
    const data = await browser.data()
    expect(data['views']).toBe(50)
    expect(Object.keys(data).filter((key) => key.startsWith('key '))).toHaveLength(50)
  })
})
