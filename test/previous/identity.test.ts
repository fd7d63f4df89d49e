import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { Exchange } from '../../src/index.ts'
import { fates, seal, setUp, BEFORE, type Data, type World } from './world.ts'

interface Signed extends World {
  /** One request, in which whoever comes over signs in, as docs/migrating says. */
  readonly visit: (handler: (exchange: Exchange<Data>) => Promise<unknown>) => Promise<string[]>
  readonly identity: ReturnType<typeof identityOf>
}

function identityOf({ sessions }: World, database: DatabaseSync) {
  return createIdentity({
    sessions,
    verify: userSessions(sqliteRegistry(database)),
    loadUser: (id: number) => ({ id }),
  })
}

async function setUpIdentity(): Promise<Signed> {
  const world = setUp()
  const database = new DatabaseSync(':memory:')
  await sqliteRegistry(database).migrate()
  const identity = identityOf(world, database)
  const { visitor, sessions } = world
  return {
    ...world,
    identity,
    async visit(handler) {
      const exchange = sessions.begin({}, { cookieHeader: visitor.header, isSecure: () => false })
      const { session } = exchange
      const { accountId } = session
      if (accountId !== undefined) {
        delete session.accountId
        await identity.signIn(session, accountId, { method: 'previous-cookie' })
      }
      await handler(exchange)
      return fates(visitor.keep(await exchange.commit()))
    },
  }
}

test('whoever comes over is signed in with a record of their own, once, and can be signed out from the server', async () => {
  const { visitor, identity, visit } = await setUpIdentity()
  visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))
  const first = await visit(async ({ session }) => expect(await identity.currentUser(session)).toEqual({ id: 7 }))
  expect(first).toEqual(['billing ended', 'session set'])
  await visit(async ({ session }) => {
    expect(await identity.currentUser(session)).toEqual({ id: 7 })
    expect(await identity.listSessions(7, session)).toMatchObject([{ current: true, method: 'previous-cookie' }])
  })
  await identity.revokeUser(7)
  await visit(async ({ session }) => expect(await identity.currentUser(session)).toBeNull())
})

test('signing out ends the previous cookie too', async () => {
  const { visitor, identity, visit } = await setUpIdentity()
  visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))
  await visit(async () => {})
  expect(await visit(({ session }) => identity.signOut(session))).toEqual(['billing ended', 'session ended'])
  expect([...visitor.cookies.keys()]).toEqual([])
})
