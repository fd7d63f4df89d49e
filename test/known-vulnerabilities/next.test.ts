import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { nextSessions, type NextFunctions } from '../../src/adapters/next.ts'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { NextRequest } from '../adapters/next-request.ts'
import { SECRET } from '../support/visitor.ts'

/** CVE-2026-111917, CVE-2026-44573: one way into an application did not ask. */
test('in Next.js a page, an action, a route handler and the proxy’s guard all know at once that a user was revoked', async () => {
  let current = new NextRequest()
  const next: NextFunctions = {
    cookies: () => current.functions.cookies(),
    headers: () => current.functions.headers(),
    refresh: () => current.functions.refresh(),
  }
  const real = createSessions({ name: 'session', secrets: [SECRET] })
  const sessions = nextSessions(real, next)
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const identity = createIdentity({
    sessions: real,
    verify: userSessions(registry),
    loadUser: (id: number) => ({ id }),
  })

  current = new NextRequest().act()
  await sessions.action((session) => identity.signIn(session, 7))()
  const cookie = current.lines.at(-1)?.split(';')[0] ?? ''

  const request = (): Request => new Request('http://localhost/', { headers: { cookie } })
  const nameOf = async (session: object): Promise<string> => {
    const user = await identity.currentUser(session)
    return user === null ? 'nobody' : `user ${user.id}`
  }
  const goOn = { next: ({ headers }: { headers: Headers }): Response => new Response('goes on', { headers }) }
  const ways: Readonly<Record<string, () => Promise<string>>> = {
    page: async () => {
      current = new NextRequest(cookie)
      return nameOf(await sessions.read())
    },
    action: async () => {
      current = new NextRequest(cookie).act()
      return sessions.action(nameOf)()
    },
    route: async () => {
      current = new NextRequest(cookie).act()
      const response = await sessions.route(async (session) => new Response(await nameOf(session)))(request())
      return response.text()
    },
    proxy: async () => {
      const proxy = sessions.proxy(goOn, async (session) => new Response(await nameOf(session)))
      return (await proxy(request())).text()
    },
  }
  const answers = async (): Promise<string[]> => {
    const given: string[] = []
    // oxlint-disable-next-line no-await-in-loop -- Next serves one request at a time here
    for (const ask of Object.values(ways)) given.push(await ask())
    return given
  }
  expect(await answers()).toEqual(['user 7', 'user 7', 'user 7', 'user 7'])
  await identity.revokeUser(7)
  expect(await answers()).toEqual(['nobody', 'nobody', 'nobody', 'nobody'])
})
