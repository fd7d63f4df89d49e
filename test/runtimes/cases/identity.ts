import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { createSessions, type AnyData, type Session } from 'coatcheck'
import { createIdentity, userSessions } from 'coatcheck/identity'
import { sqliteRegistry } from 'coatcheck/identity/sqlite'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

export const identityCases: readonly RuntimeCase[] = [
  {
    name: 'who signs in is known on the next request, and by no copy of the cookie after signing out',
    async check() {
      const { identity, visit } = await openApplication()
      const cookie = await visit('', (session) => identity.signIn(session, 7, { method: 'password' }))
      await visit(cookie, async (session) => assert.equal((await identity.currentUser(session))?.name, 'user 7'))
      await visit(cookie, (session) => identity.signOut(session))
      await visit(cookie, async (session) => assert.equal(await identity.currentUser(session), null))
    },
  },
  {
    name: 'a user ends the sessions of their other devices, and an operator all of them',
    async check() {
      const { identity, visit } = await openApplication()
      const phone = await visit('', (session) => identity.signIn(session, 7, { userAgent: 'phone' }))
      const laptop = await visit('', (session) => identity.signIn(session, 7, { userAgent: 'laptop' }))
      const isKnown = async (cookie: string): Promise<boolean> => {
        let user: object | null = null
        await visit(cookie, async (session) => (user = await identity.currentUser(session)))
        return user !== null
      }
      await visit(laptop, async (session) => {
        assert.equal((await identity.listSessions(7, session)).length, 2)
        await identity.revokeOtherSessions(session)
      })
      assert.deepEqual([await isKnown(phone), await isKnown(laptop)], [false, true])
      await identity.revokeUser(7)
      assert.equal(await isKnown(laptop), false)
    },
  },
]

async function openApplication() {
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const sessions = createSessions({ name: 'session', secrets: [SECRET] })
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: (id: number) => ({ id, name: `user ${id}` }),
  })
  /** A request with that cookie; gives the cookie that the browser has afterwards. */
  const visit = async (cookie: string, handler: (session: Session<AnyData>) => Promise<unknown>): Promise<string> => {
    const exchange = sessions.begin({}, { cookieHeader: cookie, isSecure: () => true })
    await handler(exchange.session)
    const { setCookie } = await exchange.commit()
    return setCookie[0]?.split(';')[0] ?? cookie
  }
  return { identity, visit }
}
