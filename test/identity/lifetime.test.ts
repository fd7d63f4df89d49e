import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../support/visitor.ts'
import { App, newUsers } from './app.ts'
import { Barrier } from '../support/barrier.ts'
import { DATABASES, type Database } from './world.ts'

describe.each(DATABASES)('on %s', (_, openDatabase) => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
    await (await database.open()).migrate()
  })
  afterAll(() => database.close())

  async function openWorld(options: ConstructorParameters<typeof App>[2] = {}) {
    const clock = new FakeClock()
    const barrier = new Barrier(await database.open())
    const app = new App(barrier.target, { clock, users: newUsers() }, options)
    const browser = app.browser()
    await browser.signIn()
    barrier.calls.length = 0
    return { app, browser, clock, calls: barrier.calls }
  }

  test('a request of somebody who is signed in asks the registry once, and one that does not ask for the user not at all', async () => {
    const { app, browser, calls } = await openWorld()
    await browser.visit((session) => session.accountId)
    expect(calls).toEqual([])
    await browser.visit(async (session) => {
      await Promise.all([app.identity.currentUser(session), app.identity.status(session)])
      await app.identity.currentUser(session)
    })
    expect(calls).toEqual(['find'])
    expect(app.asked).toEqual({ loadUser: 1, allow: 1 })
  })

  test('the last use is noted at most once a minute, however many requests come, and none waits for it', async () => {
    const { app, browser, calls, clock } = await openWorld()
    await browser.whoami()
    clock.advance(59)
    await browser.whoami()
    await app.identity.flush()
    expect(calls).toEqual(['find', 'find'])
    clock.advance(1)
    await Promise.all(Array.from({ length: 10 }, () => browser.copy().whoami()))
    await app.identity.flush()
    expect(calls.filter((verb) => verb === 'touch')).toHaveLength(1)
    clock.advance(30)
    await browser.whoami()
    await app.identity.flush()
    expect(calls.filter((verb) => verb === 'touch')).toHaveLength(1)
    const [device] = await app.identity.listSessions(7)
    expect(device?.lastSeenAt).toBe(clock.milliseconds - 30_000)
  })

  test('unused for the idle limit of the record, it is over; the seal may allow more', async () => {
    const { app, browser, clock } = await openWorld({ limits: { idleTimeout: '15m', absoluteTimeout: '12h' } })
    clock.advance(14 * 60)
    expect(await browser.whoami()).toBe('Ada')
    await app.identity.flush()
    clock.advance(14 * 60)
    expect(await browser.whoami()).toBe('Ada')
    await app.identity.flush()
    clock.advance(15 * 60)
    expect(await browser.whoami()).toBe('expired-idle: idle')
    await app.identity.flush()
    expect(app.log.types.filter((type) => type === 'session_expired')).toHaveLength(1)
    expect(await browser.whoami()).toBe('expired-idle: idle')
    await app.identity.flush()
    expect(app.log.types.filter((type) => type === 'session_expired')).toHaveLength(1)
    expect(app.log.types.filter((type) => type === 'session_use_after_expire')).toHaveLength(2)
  })

  test('however active, it ends at the absolute limit of the record', async () => {
    const { app, browser, clock } = await openWorld({ limits: 'aal3' })
    for (let minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
      clock.advance(600)
      expect(await browser.whoami()).toBe('Ada')
      await app.identity.flush()
    }
    clock.advance(599)
    expect(await browser.whoami()).toBe('Ada')
    await app.identity.flush()
    clock.advance(1)
    expect(await browser.whoami()).toBe('expired-absolute: absolute')
  })

  test('the limits of the seal hold too, whatever the record allows', async () => {
    const { browser, clock } = await openWorld({ limits: 'aal1', idleTimeout: '10m', absoluteTimeout: '1h' })
    clock.advance(600)
    expect(await browser.whoami()).toBe('expired-idle')
  })

  test('without limits of its own the record takes those of the sessions', async () => {
    const { app, browser, clock } = await openWorld({ idleTimeout: '20m', absoluteTimeout: '1h' })
    const copy = browser.copy()
    clock.advance(19 * 60)
    // This use slides the seal and the record; the copy's seal does not slide.
    expect(await browser.whoami()).toBe('Ada')
    await app.identity.flush()
    clock.advance(19 * 60)
    expect(await browser.whoami()).toBe('Ada')
    expect(await copy.whoami()).toBe('expired-idle')
  })

  test('a proof that is renewed starts both limits anew', async () => {
    const { app, browser, clock } = await openWorld({ limits: { idleTimeout: '1h', absoluteTimeout: '1h' } })
    clock.advance(59 * 60)
    await browser.visit((session) => app.identity.reauthenticated(session, { method: 'passkey' }))
    clock.advance(59 * 60)
    expect(await browser.whoami()).toBe('Ada')
    clock.advance(60)
    expect(await browser.whoami()).toBe('expired-absolute: absolute')
  })

  test('requireRecent gives the user, or asks for a new proof once the last one is too old', async () => {
    const { app, browser, clock } = await openWorld()
    const recent = () => browser.visit((session) => app.identity.requireRecent(session, '10m'))
    expect(await recent()).toMatchObject({ name: 'Ada' })
    clock.advance(600)
    await expect(recent()).rejects.toMatchObject({
      code: 'ERR_NOT_RECENT',
      kind: 'data',
      status: 403,
      message: expect.stringContaining('600 s ago'),
    })
    await browser.visit((session) => app.identity.reauthenticated(session))
    expect(await recent()).toMatchObject({ name: 'Ada' })
    await browser.visit((session) => app.identity.signOut(session))
    await expect(recent()).rejects.toMatchObject({ code: 'ERR_NOT_RECENT', message: expect.stringContaining('nobody') })
  })

  test('with an idle limit of a few minutes, somebody who clicks every minute stays signed in', async () => {
    const { app, browser, clock } = await openWorld({ limits: { idleTimeout: '2m', absoluteTimeout: '12h' } })
    for (let click = 0; click < 30; click++) {
      clock.advance(70)
      expect(await browser.whoami()).toBe('Ada')
      await app.identity.flush()
    }
  })
})
