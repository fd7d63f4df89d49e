import { expect } from 'vitest'
import type { Flash } from '../../../src/session/flash.ts'
import type { Handler } from '../app.ts'
import { scenario, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** Answers with the flash that this request sees, when `act` has done something to it. */
const flashing =
  (world: World, act: (flash: Flash) => unknown = () => {}): Handler =>
  (call) => {
    const { flash } = world.sessions.of(call.request)
    act(flash)
    return call.json({ ...flash })
  }

/** Messages for the next request. */
export const FLASH: readonly Scenario[] = [
  scenario('a flash is shown after the redirect, and once', async (world) => {
    const browser = await world.open({
      '/save': (call) => {
        world.sessions.of(call.request).flash.notice = 'Saved'
        return call.redirect('/page')
      },
      '/page': flashing(world),
    })
    const { status, headers } = await browser.post('/save')
    expect(status).toBe(303)
    const { pathname } = new URL(headers.get('location') ?? '', 'http://localhost') // some send the whole address
    expect(await browser.json(pathname)).toEqual({ notice: 'Saved' })
    expect(await browser.json('/page')).toEqual({})
    expect((await browser.ask('/page')).setCookie).toEqual([])
  }),

  scenario('a flash waits for a request that looks at it', async (world) => {
    const browser = await world.open({
      '/save': flashing(world, (flash) => (flash.notice = 'Saved')),
      '/api': world.does((session) => session.increment('visits')),
      '/page': flashing(world),
    })
    await browser.post('/save')
    await browser.post('/api')
    expect(await browser.json('/page')).toEqual({ notice: 'Saved' })
  }),

  scenario('flash.now is for this request alone', async (world) => {
    const browser = await world.open({
      '/form': flashing(world, (flash) => (flash.now.alert = 'Wrong password')),
      '/page': flashing(world),
    })
    expect(await browser.json('/form')).toEqual({ alert: 'Wrong password' })
    expect(browser.cookies.size).toBe(0)
    expect(await browser.json('/page')).toEqual({})
  }),

  scenario('flash.keep carries a message on to one more request, flash.discard drops it', async (world) => {
    const browser = await world.open({
      '/save': flashing(world, (flash) => Object.assign(flash, { notice: 'Saved', alert: 'Almost full' })),
      '/hop': flashing(world, (flash) => flash.keep('notice')),
      '/drop': flashing(world, (flash) => {
        flash.notice = 'Saved again'
        flash.discard()
      }),
      '/page': flashing(world),
    })
    await browser.post('/save')
    await browser.ask('/hop')
    expect(await browser.json('/page')).toEqual({ notice: 'Saved' })
    expect(await browser.json('/drop')).toEqual({ notice: 'Saved again' })
    expect(await browser.json('/page')).toEqual({})
  }),
]
