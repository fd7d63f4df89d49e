import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions, type Exchange } from '../../src/index.ts'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import { ironSessionCookie } from '../../src/previous/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { BEFORE, PASSWORD, seal, type Data } from '../previous/world.ts'
import { FakeClock, SECRET, Visitor } from '../support/visitor.ts'

/** An application that was on iron-session, and now has a record of every device; its store notes what has ended. */
async function openWorld() {
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  await registry.migrate()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: new FakeClock().now,
    store: migrate({ from: cookieStore(), to: memoryStore() }),
    previousCookies: [ironSessionCookie({ name: BEFORE, password: PASSWORD })],
  })
  const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })
  const credential = await seal({ accountId: 7 })
  const begin = async (who: Visitor<Data>): Promise<Exchange<Data>> => {
    const exchange = sessions.begin({}, { cookieHeader: who.header, isSecure: () => true })
    await exchange.load()
    return exchange
  }
  /** Whoever comes over signs in, as docs/migrating says. */
  const signIn = async ({ session }: Exchange<Data>): Promise<void> => {
    const { accountId } = session
    if (accountId === undefined) return
    delete session.accountId
    await identity.signIn(session, accountId, { method: 'previous-cookie' })
  }
  const newCopy = (): Visitor<Data> => {
    const visitor = new Visitor(sessions)
    visitor.cookies.set(BEFORE, credential)
    return visitor
  }
  const visit = async (who: Visitor<Data>): Promise<{ id: number } | null> => {
    const exchange = await begin(who)
    await signIn(exchange)
    const user = await identity.currentUser(exchange.session)
    who.keep(await exchange.commit())
    return user
  }
  return { identity, begin, signIn, newCopy, visit }
}

/** GHSA-2j2x-c587-q33g, CVE-2026-86533, CVE-2026-85500, CVE-2025-13173 */
test('an old credential becomes one session, however many copies of it come, one after the other', async () => {
  const { identity, newCopy, visit } = await openWorld()
  const owner = newCopy()
  expect(await visit(owner)).toEqual({ id: 7 })
  for (let copy = 0; copy < 5; copy++) expect(await visit(newCopy())).toBeNull()
  expect(await identity.listSessions(7)).toHaveLength(1)
  expect(await visit(owner)).toEqual({ id: 7 })
})

// A double click must not end signed out: test/stores/identity.test.ts.
test('requests that bring an old credential at the same moment are records that the device list shows and revokeUser ends', async () => {
  const { identity, begin, signIn, newCopy, visit } = await openWorld()
  const copies = [newCopy(), newCopy(), newCopy()]
  const exchanges = await Promise.all(copies.map((copy) => begin(copy)))
  await Promise.all(exchanges.map((exchange) => signIn(exchange)))
  for (const [at, exchange] of exchanges.entries()) copies[at]?.keep(await exchange.commit())
  expect(await identity.listSessions(7)).toHaveLength(3)
  expect(await visit(newCopy())).toBeNull()
  await identity.revokeUser(7)
  for (const copy of [...copies, newCopy()]) expect(await visit(copy)).toBeNull()
  expect(await identity.listSessions(7)).toEqual([])
})

test('an old credential becomes nothing after the session that it became was ended', async () => {
  const { identity, newCopy, visit, begin } = await openWorld()
  const owner = newCopy()
  await visit(owner)
  const leaving = await begin(owner)
  await identity.signOut(leaving.session)
  owner.keep(await leaving.commit())
  expect(await visit(newCopy())).toBeNull()
  await identity.revokeUser(7)
  expect(await visit(newCopy())).toBeNull()
  expect(await identity.listSessions(7)).toEqual([])
})
