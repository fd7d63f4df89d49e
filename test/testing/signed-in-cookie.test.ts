import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/web.ts'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { previousCookie } from '../../src/previous/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { cookieClient, fakeClock, signedInCookie } from '../../src/testing/index.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  accountId: number
}

describe.each([
  ['in the cookie', () => undefined],
  ['in a server store', () => memoryStore()],
])('with sessions %s', (_, newStore) => {
  const clock = fakeClock()
  const options = { name: '__Host-session', secrets: [SECRET], idleTimeout: '15m', clock, store: newStore() } as const
  const sessions = createSessions<Data>(options)
  const newClient = (): ReturnType<typeof cookieClient> =>
    cookieClient(
      session(sessions, (request) => {
        const { accountId = null, flash } = sessions.of(request)
        return Response.json({ accountId, notice: flash.notice ?? null })
      }),
      { clock },
    )

  test('a test starts with the data and the flash that it gives', async () => {
    const client = newClient()
    client.setCookie(await signedInCookie(sessions, { accountId: 7, flash: { notice: 'Hello' } }))
    expect(await (await client.get('/')).json()).toEqual({ accountId: 7, notice: 'Hello' })
    expect(await (await client.get('/')).json()).toEqual({ accountId: 7, notice: null })
  })

  test('the clock of a test ends what it began', async () => {
    const client = newClient()
    client.setCookie(await signedInCookie(sessions, { accountId: 7 }))
    clock.advance('16m')
    expect(await (await client.get('/')).json()).toEqual({ accountId: null, notice: null })
  })

  test('data that a session would refuse is refused', async () => {
    const accountId: unknown = new Date()
    await expect(signedInCookie(sessions, { accountId: accountId as number })).rejects.toMatchObject({
      code: 'ERR_SESSION_VALUE',
    })
  })

  test('somebody is signed in, as the application does it', async () => {
    const database = new DatabaseSync(':memory:')
    database.exec(readFileSync(new URL('../../docs/user-sessions.sqlite.sql', import.meta.url), 'utf8'))
    const identity = createIdentity({
      sessions,
      verify: userSessions(sqliteRegistry(database)),
      loadUser: (id: number) => ({ id, name: `user ${id}` }),
    })
    const client = cookieClient(
      session(sessions, async (request) => Response.json(await identity.currentUser(sessions.of(request)))),
      { clock },
    )
    client.setCookie(await signedInCookie(sessions, (held) => identity.signIn(held, 7)))
    expect(await (await client.get('/')).json()).toEqual({ id: 7, name: 'user 7' })
  })

  test('the cookie is that of the session, where the response ends previous ones, too', async () => {
    const previous = { name: 'before', open: () => ({ ok: false, reason: 'malformed' }) as const }
    const followers = createSessions<Data>({ ...options, previousCookies: [previousCookie(previous)] })
    const client = newClient()
    client.setCookie(await signedInCookie(followers, { accountId: 7 }))
    expect(await (await client.get('/')).json()).toEqual({ accountId: 7, notice: null })
  })

  test('a session with nothing in it is a session too', async () => {
    expect(await signedInCookie(sessions, {})).toMatch(/^__Host-session=[\w-]+$/)
  })
})
