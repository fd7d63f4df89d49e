import { describe, expect, test } from 'vitest'
import { createSessions, type Exchange, type Sessions } from '../../src/index.ts'
import { cookieStore, migrate, type SessionStore } from '../../src/persistence/index.ts'
import { ironSessionCookie } from '../../src/previous/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { EventLog, FakeClock, SECRET, Visitor } from '../support/visitor.ts'
import { BEFORE, fates, PASSWORD, seal, type Data } from './world.ts'

interface Stored {
  readonly log: EventLog
  readonly visitor: StoreVisitor
}

/** A browser whose requests wait for the store. */
class StoreVisitor extends Visitor<Data> {
  readonly #sessions: Sessions<Data>

  constructor(sessions: Sessions<Data>) {
    super(sessions)
    this.#sessions = sessions
  }

  async begin(): Promise<Exchange<Data>> {
    const exchange = this.#sessions.begin({}, { cookieHeader: this.header, isSecure: () => false })
    await exchange.load()
    return exchange
  }

  async ask(handler: (exchange: Exchange<Data>) => void): Promise<ReturnType<typeof this.keep>> {
    const exchange = await this.begin()
    handler(exchange)
    return this.keep(await exchange.commit())
  }
}

/** A browser that comes with a cookie of iron-session to an application whose sessions live in `store`. */
async function setUp(store: SessionStore | ReturnType<typeof migrate>): Promise<Stored> {
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: new FakeClock().now,
    onEvent: log.hear,
    store,
    previousCookies: [ironSessionCookie({ name: BEFORE, password: PASSWORD })],
  })
  const visitor = new StoreVisitor(sessions)
  visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))
  return { log, visitor }
}

describe('where sessions live in a store', () => {
  test('the session of a previous cookie moves in, and the cookie carries a ticket', async () => {
    const store = memoryStore()
    const { visitor, log } = await setUp(store)
    const commit = await visitor.ask(({ session }) => expect(session.accountId).toBe(7))
    expect(fates(commit)).toEqual(['billing ended', 'session set'])
    await visitor.ask(({ session }) => {
      expect(session.accountId).toBe(7)
      expect(session.isNew).toBe(false)
      session.note = 'x'.repeat(1000)
    })
    await visitor.ask(({ session }) => expect(session.note).toHaveLength(1000))
    expect(log.types).toEqual(['opened-previous-cookie'])
  })

  test('parallel requests that bring it have one session, and none of their writes is lost', async () => {
    const { visitor } = await setUp(memoryStore())
    const [first, second] = [await visitor.begin(), await visitor.begin()]
    first.session.note = 'first'
    second.session.accountId = 8
    visitor.keep(await second.commit())
    visitor.keep(await first.commit())
    await visitor.ask(({ session }) => expect({ ...session }).toEqual({ accountId: 8, note: 'first' }))
  })

  test('a request that was under way when the session ended does not bring it back', async () => {
    const { visitor } = await setUp(memoryStore())
    const slow = await visitor.begin()
    await visitor.ask(({ session }) => session.destroy())
    expect([...visitor.cookies.keys()]).toEqual([])
    slow.session.note = 'late'
    visitor.keep(await slow.commit())
    await visitor.ask(({ session }) => expect(session.accountId).toBeUndefined())
  })

  test('a copy of the previous cookie opens nothing after sign-out, where the store notes what ended', async () => {
    const { visitor } = await setUp(migrate({ from: cookieStore(), to: memoryStore() }))
    const copy = visitor.cookies.get(BEFORE) ?? ''
    await visitor.ask(({ session }) => expect(session.accountId).toBe(7))
    await visitor.ask(({ session }) => session.renew())
    await visitor.ask(({ session }) => session.destroy())
    visitor.cookies.set(BEFORE, copy)
    await visitor.ask(({ session }) => expect(session.refused).toBe('not-found'))
  })

  test('while sessions move from a store into the cookie, a previous cookie goes into the cookie', async () => {
    const { visitor } = await setUp(migrate({ from: memoryStore(), to: cookieStore() }))
    await visitor.ask(({ session }) => expect(session.accountId).toBe(7))
    expect([...visitor.cookies.keys()]).toEqual(['session'])
    await visitor.ask(({ session }) => expect(session.accountId).toBe(7))
  })
})
