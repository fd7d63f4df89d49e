import { H3, toRequest, useSession as useSession2, type SessionConfig as Config2 } from 'h3'
import { createApp, eventHandler, toWebHandler, useSession as useSession1, type SessionConfig as Config1 } from 'h3v1'
import { describe, expect, test } from 'vitest'
import { h3SessionCookie, type H3SessionCookieOptions } from '../../src/previous/index.ts'
import { atTheBeginning, fates, PASSWORD, seal, setUp, type World } from './world.ts'

const DAY = 86_400

interface Given {
  readonly name: string
  readonly value: string
}

/** The cookie that a real h3 application sets for account 7, to a new visitor or to one who comes again with a cookie of it. */
async function cookieOf(
  answer: (request: Request) => Promise<Response>,
  { again, secondsLater = 0 }: { again?: Given; secondsLater?: number } = {},
): Promise<Given> {
  const headers = { cookie: again === undefined ? '' : `${again.name}=${again.value}` }
  const response = await atTheBeginning(() => answer(new Request('http://localhost/', { headers })), secondsLater)
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(response.headers.getSetCookie()[0] ?? '') ?? []
  return { name, value }
}

function cookieOf1(config: Partial<Config1> = {}, when?: Parameters<typeof cookieOf>[1]): Promise<Given> {
  const app = createApp().use(
    eventHandler(async (event) => {
      await (await useSession1(event, { password: PASSWORD, ...config })).update({ accountId: 7 })
      return 'signed in'
    }),
  )
  return cookieOf(toWebHandler(app), when)
}

function cookieOf2(config: Partial<Config2> = {}): Promise<Given> {
  const app = new H3().get('/', async (event) => {
    await (await useSession2(event, { password: PASSWORD, ...config })).update({ accountId: 7 })
    return 'signed in'
  })
  return cookieOf(async (request) => app.fetch(toRequest(request)))
}

function comeWith({ name, value }: Given, options: Partial<H3SessionCookieOptions>): World {
  const world = setUp({ previousCookies: [h3SessionCookie({ password: PASSWORD, ...options })] })
  world.visitor.cookies.set(name, value)
  return world
}

describe('whoever is signed in to', () => {
  test('h3 1, and so Nitro 2 and Nuxt, stays signed in', async () => {
    const { visitor } = comeWith(await cookieOf1(), {})
    expect(fates(visitor.visit(({ session }) => expect({ ...session }).toEqual({ accountId: 7 })))).toEqual([
      'h3 ended',
      'session set',
    ])
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  })

  test('h3 1 under a name of its own stays signed in, as in nuxt-auth-utils', async () => {
    const name = 'nuxt-session'
    const { visitor } = comeWith(await cookieOf1({ name, maxAge: 7 * DAY }), { name, maxAge: '7d' })
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    expect([...visitor.cookies.keys()]).toEqual(['session'])
  })

  test('h3 2, with its 8192 iterations, stays signed in where these are asked for', async () => {
    const { visitor } = comeWith(await cookieOf2(), { iterations: 8192 })
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  })

  test('h3 2 is nobody with a second cookie of that name: more than one is more work than h3 itself does', async () => {
    const { value } = await cookieOf2()
    const { sessions } = comeWith({ name: 'h3', value }, { iterations: 8192 })
    expect(sessions.read(`h3=${value}; h3=garbage`).refused).toBe('duplicate')
  })

  test('h3 2 is nobody where the iterations are others', async () => {
    const { visitor } = comeWith(await cookieOf2(), {})
    visitor.visit(({ session }) => expect(session.refused).toBe('tampered'))
  })
})

describe('the end of such a session', () => {
  test('is maxAge after its beginning', async () => {
    const cookie = await cookieOf1({ maxAge: 7 * DAY })
    const { visitor, clock } = comeWith(cookie, { maxAge: '7d' })
    clock.advance(7 * DAY - 1)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    clock.advance(1)
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
  })

  test('is maxAge after its beginning even if it was sealed again in between, with a later end', async () => {
    const config = { maxAge: 7 * DAY }
    const again = await cookieOf1(config)
    const later = await cookieOf1(config, { again, secondsLater: 6 * DAY })
    expect(later.value).not.toBe(again.value)
    const { visitor, sessions, clock } = comeWith(later, { maxAge: '7d' })
    clock.advance(6 * DAY)
    expect(sessions.read(visitor.header).accountId).toBe(7)
    clock.advance(DAY)
    expect(sessions.read(visitor.header).refused).toBe('expired-absolute')
  })

  test('is asked for: what says nothing of its beginning is no session of h3', async () => {
    const value = await seal({ data: { accountId: 7 } })
    const { visitor } = comeWith({ name: 'h3', value }, {})
    visitor.visit(({ session }) => expect(session.refused).toBe('malformed'))
  })

  test('is absoluteTimeout after its beginning, where h3 knows of none', async () => {
    const { visitor, clock } = comeWith(await cookieOf1(), {})
    clock.advance(30 * DAY)
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
  })
})
