import { expect } from 'vitest'
import type { Data } from '../app.ts'
import { inCookie, inStore, scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const broken = (): never => {
  throw new Error('the handler failed')
}

/** Handlers that fail. */
export const ERRORS: readonly Scenario[] = [
  scenario('what was written before a handler threw is kept, and the framework answers 500', async (world) => {
    const browser = await world.open({ '/fail': world.writes(broken), '/read': world.shows() })
    expect((await browser.post('/fail')).status).toBe(500)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('what was written before a handler was rejected is kept, and the framework answers 500', async (world) => {
    const failing = async (): Promise<never> => {
      await Promise.resolve()
      return broken()
    }
    const browser = await world.open({ '/fail': world.writes(failing), '/read': world.shows() })
    expect((await browser.post('/fail')).status).toBe(500)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('a status that no server may send is a 500, and what was written is kept', async (world) => {
    const browser = await world.open({
      '/status': world.writes((call) => call.text('no such status', 1000)),
      '/read': world.shows(),
    })
    expect((await browser.post('/status')).status).toBe(500)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
    expect(world.log.types).toEqual([])
  }),

  scenario("the application's own error page may flash and redirect", async (world) => {
    const browser = await world.open(
      {
        '/fail': world.writes(broken),
        '/sorry': (call) => {
          const { flash, userId } = world.sessions.of(call.request)
          return call.json({ alert: flash.alert, userId })
        },
      },
      {
        errorPage(call, error) {
          world.sessions.of(call.request).flash.alert = error instanceof Error ? error.message : 'unknown'
          return call.redirect('/sorry')
        },
      },
    )
    expect((await browser.post('/fail')).status).toBe(303)
    expect(await browser.json('/sorry')).toEqual({ alert: 'the handler failed', userId: 7 })
  }),

  scenario('a value that may not be stored is a 500 of that request alone, and is shown to nobody', async (world) => {
    const browser = await world.open({
      '/write': world.writes((call) => call.text('ok')),
      '/fail': (call) => {
        Reflect.set(world.sessions.of(call.request), 'born', new Date(86_400_000))
        return call.text('never')
      },
      '/read': world.shows(),
    })
    await browser.post('/write')
    const { status, setCookie, body } = await browser.post('/fail')
    expect(status).toBe(500)
    expect(setCookie).toEqual([])
    expect(body).not.toMatch(/1970|86400000/)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('what is written to the value of an assignment is kept', async (world) => {
    const browser = await world.open({
      '/write': async (call) => {
        const cart = (world.sessions.of(call.request).cart ??= [])
        cart.push({ id: 1, qty: 1 })
        await Promise.resolve()
        cart.push({ id: 2, qty: 1 })
        return call.text('ok')
      },
      '/read': world.shows(),
    })
    await browser.post('/write')
    expect(await browser.json('/read')).toMatchObject({ cart: [{ id: 1 }, { id: 2 }] })
  }),

  scenario(
    'what is written to it and may not be stored is a 500 of that request alone, which writes nothing',
    async (world) => {
      const browser = await world.open({
        '/write': world.writes((call) => call.text('ok')),
        '/fail': (call) => {
          const session = world.sessions.of(call.request)
          session.userId = 8
          const cart: unknown[] = (session.cart = [])
          cart.push(new Date(86_400_000))
          return call.text('never')
        },
        '/read': world.shows(),
      })
      await browser.post('/write')
      const { status, setCookie, body } = await browser.post('/fail')
      expect(status).toBe(500)
      expect(setCookie).toEqual([])
      expect(body).not.toMatch(/1970|86400000|never/)
      expect(await browser.json('/read')).toEqual({ userId: 7 })
    },
  ),

  inCookie('a session that outgrows the cookie is a 500 at that write, and the old one stays', async (world) => {
    const { codes, left } = await outgrow(world, { write: { userId: 7 }, overflow: { note: 'x'.repeat(5000) } })
    expect(codes).toEqual(['ERR_COOKIE_OVERFLOW'])
    expect(left).toEqual({ userId: 7 })
  }),

  inStore('a session that outgrows its store is a 500 at that write, and the old one stays', async (world) => {
    const write = { note: 'x'.repeat(60_000) }
    const { codes, left } = await outgrow(world, { write, overflow: { note: 'x'.repeat(70_000) } })
    expect(codes).toEqual(['ERR_SESSION_OVERFLOW'])
    expect(left).toEqual(write)
  }),
]

/** Writes what fits and then what does not, and gives the codes of the errors and what is left in the session. */
async function outgrow(
  world: World,
  { write, overflow }: { readonly write: Partial<Data>; readonly overflow: Partial<Data> },
): Promise<{ codes: unknown[]; left: unknown }> {
  const sessions = world.createSessions({ guard: 'json' })
  const codes: unknown[] = []
  const browser = await world.open(
    {
      '/write': world.does((session) => Object.assign(session, write), sessions),
      '/overflow': world.does((session) => Object.assign(session, overflow), sessions),
      '/read': world.shows(sessions),
    },
    {
      sessions: [sessions],
      errorPage(call, error) {
        codes.push(Reflect.get(Object(error), 'code'))
        return call.text('too much', 500)
      },
    },
  )
  await browser.post('/write')
  expect(await browser.post('/overflow')).toMatchObject({ status: 500, setCookie: [] })
  return { codes, left: await browser.json('/read') }
}
