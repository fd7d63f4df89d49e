import { expect } from 'vitest'
import type { Browser } from '../../support/browser.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const HOUR = 3600

/** An application whose sessions last ten hours without use, and a day in all. */
async function open(world: World): Promise<Browser> {
  const sessions = world.createSessions({ idleTimeout: '10h', absoluteTimeout: '1d' })
  const browser = await world.open(
    {
      '/write': world.does((session) => (session.userId = 7), sessions),
      '/read': (call) => {
        const session = sessions.of(call.request)
        return call.json({ userId: session.userId ?? null, refused: session.refused })
      },
      '/touch': world.does((session) => session.touch(), sessions),
      '/file': (call) => call.text('no session'),
    },
    { sessions: [sessions] },
  )
  await browser.post('/write')
  return browser
}

/** How long sessions last. */
export const LIFETIME: readonly Scenario[] = [
  scenario('a session that is read slides when a tenth of its idle time has passed, and not before', async (world) => {
    const browser = await open(world)
    world.clock.advance(HOUR - 1)
    expect((await browser.ask('/read')).setCookie).toEqual([])
    world.clock.advance(1)
    expect((await browser.ask('/file')).setCookie).toEqual([])
    expect((await browser.ask('/read')).setCookie).toHaveLength(1)
    world.clock.advance(9.5 * HOUR)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('touch starts the idle time anew before that is due', async (world) => {
    const browser = await open(world)
    world.clock.advance(HOUR / 2)
    expect((await browser.post('/touch')).setCookie).toHaveLength(1)
    world.clock.advance(9.75 * HOUR)
    expect(await browser.json('/read')).toEqual({ userId: 7 })
  }),

  scenario('a session that is not used for its idle time is over', async (world) => {
    const browser = await open(world)
    world.clock.advance(10 * HOUR)
    expect(await browser.json('/read')).toEqual({ userId: null, refused: 'expired-idle' })
  }),

  scenario('a session is over when its absolute time has passed, however much it is used', async (world) => {
    const browser = await open(world)
    for (let hours = 0; hours < 20; hours += 5) {
      world.clock.advance(5 * HOUR)
      expect(await browser.json('/read')).toEqual({ userId: 7 })
    }
    world.clock.advance(4 * HOUR)
    expect(await browser.json('/read')).toEqual({ userId: null, refused: 'expired-absolute' })
  }),
]
