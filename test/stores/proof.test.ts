import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { compactFormat } from '../../src/cookies/compact-session.ts'
import { createIdentity, userSessions, userTokens, type Identity } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import type { AnyData, Session, Sessions } from '../../src/index.ts'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import type { Json, JsonObject } from '../../src/serializers/serializer.ts'
import { stateOf } from '../../src/session/session.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { FakeClock, SECRET } from '../support/visitor.ts'
import { App, Browser, type Request } from './browser.ts'

const clock = new FakeClock()
const TOKEN = 'the token on the row of the user'

/** A store, and everything that it was ever given. */
class Dump {
  readonly store: SessionStore
  /** The ids that somebody looked for. */
  readonly asked: string[] = []
  readonly #given: string[] = []

  constructor(inner: SessionStore = memoryStore()) {
    const write = (entries: ReadonlyMap<string, string>): void => void this.#given.push(JSON.stringify([...entries]))
    this.store = {
      name: inner.name,
      find: (id) => (this.asked.push(id), inner.find(id)),
      insert: (id, session, now) => (write(session.entries), inner.insert(id, session, now)),
      update: (id, change, now) => (write(change.set), inner.update(id, change, now)),
      delete: (id) => inner.delete(id),
    }
  }

  /** What it was given since the last call. */
  read(): string {
    return this.#given.splice(0).join('\n')
  }
}

const registry = sqliteRegistry(new DatabaseSync(':memory:'))
await registry.migrate()

type Create = (sessions: Sessions<AnyData>) => Identity<number, { id: number }>

const identityOf: Create = (sessions) =>
  createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })

const tokenIdentityOf: Create = (sessions) =>
  createIdentity({
    sessions,
    verify: userTokens({ tokenOf: (_id: number) => TOKEN, find: () => ({ id: 7 }), rotate: () => {} }),
  })

/** A process with sessions there, and who is signed in by them. */
function open(store: ConstructorParameters<typeof App>[0]['store'], create: Create = identityOf) {
  const app = new App({ store, fakeClock: clock, guard: 'json' })
  return { app, identity: create(app.sessions) }
}

type Process = ReturnType<typeof open>

async function visit<Result>(
  browser: Browser,
  handler: (session: Session<AnyData>) => Promise<Result>,
): Promise<Result> {
  const request: Request = await browser.begin()
  const result = await handler(request.session)
  browser.keep(await request.commit())
  return result
}

async function signIn({ app, identity }: Process): Promise<Browser> {
  const browser = new Browser(app)
  await visit(browser, (session) => identity.signIn(session, 7))
  return browser
}

const whoami = ({ identity }: Process, browser: Browser): Promise<{ id: number } | null> =>
  visit(browser, (session) => identity.currentUser(session))

const claimsOf = (browser: Browser): Promise<JsonObject> =>
  visit(browser, async (session) => {
    const { claims } = stateOf(session)
    if (claims === undefined) throw new Error('nobody is signed in')
    return claims
  })

function textOf(proof: Json | undefined): string {
  if (typeof proof !== 'string') throw new Error('there is no proof')
  return proof
}

/** A cookie as whoever has the secret of the ring makes one. */
function mint(data: JsonObject): string {
  const seconds = Math.floor(clock.now() / 1000)
  const record = { id: 'a'.repeat(32), created: seconds, slid: seconds, persistent: true, data }
  return compactFormat([SECRET]).session('session', clock.now).seal(record)
}

describe('what a store is given', () => {
  test.each([
    ['the secret of a record', identityOf],
    ['the token of a user', tokenIdentityOf],
  ])('never holds %s, however the session gets there and whatever becomes of it', async (_, create) => {
    const dump = new Dump()
    const proofs = new Set<string>()
    const note = async (browser: Browser): Promise<void> => {
      const { secret, token } = await claimsOf(browser)
      proofs.add(textOf(secret ?? token))
    }
    const inStore = open(dump.store, create)
    const browser = await signIn(inStore)
    await note(browser)
    await browser.visit((session) => (session['a'] = 1))
    await browser.visit((session) => session.renew())
    await visit(browser, (session) => inStore.identity.reauthenticated(session))
    await note(browser)
    clock.advance(3 * 86_400)
    await browser.visit((session) => session['a'])
    const inCookie = open(undefined, create)
    const other = await signIn(inCookie)
    await note(other)
    const movingIn = open(migrate({ from: cookieStore(), to: dump.store }), create)
    other.app = movingIn.app
    await other.visit((session) => (session['b'] = 1))
    const further = open(migrate({ from: dump.store, to: new Dump().store }), create)
    other.app = further.app
    expect(await whoami(further, other)).toMatchObject({ id: 7 })
    const given = dump.read()
    expect(given).toContain('_identity')
    expect([...proofs].filter((proof) => given.includes(proof))).toEqual([])
    expect(proofs.size).toBe(create === identityOf ? 3 : 1)
  })

  test.each<[string, (to: SessionStore) => ConstructorParameters<typeof App>[0]['store']]>([
    ['alone', (to) => to],
    ['while cookies move in', (to) => migrate({ from: cookieStore(), to })],
    ['while its sessions move into the cookie', (from) => migrate({ from, to: cookieStore() })],
  ])('signs in as nobody with the secret of the ring, %s', async (_, storeOf) => {
    const inner = memoryStore()
    const dump = new Dump(inner)
    const process = open(storeOf(dump.store))
    const browser = await signIn(open(dump.store))
    const entries = new Map(JSON.parse(dump.read()) as [string, string][]) // as: what write() made
    const facts = JSON.parse(entries.get('_identity') ?? '') as JsonObject // as: an object, as the next line says
    expect(facts).toMatchObject({ uid: 7 })
    for (const data of [{ _identity: facts }, { _identity: { ...facts, secret: 'x'.repeat(43) } }]) {
      expect(await whoami(process, new Browser(process.app, mint(data)))).toBeNull()
    }
    browser.app = process.app
    expect(await whoami(process, browser)).toEqual({ id: 7 })
  })
})

describe('who is signed in', () => {
  test('stays signed in from the cookie to a store, to another store, and back into the cookie', async () => {
    const [one, two] = [memoryStore(), memoryStore()]
    const browser = await signIn(open(undefined))
    for (const store of [
      migrate({ from: cookieStore(), to: one }),
      one,
      migrate({ from: one, to: two }),
      two,
      migrate({ from: two, to: cookieStore() }),
      undefined,
    ]) {
      const process = open(store)
      browser.app = process.app
      // oxlint-disable-next-line no-await-in-loop -- one move after the other
      expect(await whoami(process, browser)).toEqual({ id: 7 })
    }
  })

  test('stays signed in when the session gets another ticket, and slides', async () => {
    const process = open(memoryStore())
    const browser = await signIn(process)
    await browser.visit((session) => session.renew())
    expect(await whoami(process, browser)).toEqual({ id: 7 })
    clock.advance(3 * 86_400)
    expect(await whoami(process, browser)).toEqual({ id: 7 })
    await browser.visit((session) => session.touch())
    expect(await whoami(process, browser)).toEqual({ id: 7 })
  })

  test('is not whoever brings the facts of another session beside a ticket of their own', async () => {
    const dump = new Dump()
    const process = open(dump.store)
    await signIn(process)
    const victim = JSON.parse(
      new Map(JSON.parse(dump.read()) as [string, string][]).get('_identity') ?? '',
    ) as JsonObject // as: what write() made
    const mallory = new Browser(process.app)
    await visit(mallory, (session) => process.identity.signIn(session, 8))
    const opened = compactFormat([SECRET])
      .session('session', clock.now)
      .open(mallory.cookie ?? '')
    if (!opened.ok) throw new Error('the cookie does not open')
    const { _ticket: ticket, _identity: proof } = opened.record.data
    const forged = mint({ _ticket: ticket ?? null, _identity: { ...victim, ...(proof as JsonObject) } }) // as: it has a proof
    expect(await whoami(process, new Browser(process.app, forged))).toEqual({ id: 8 })
  })
})

describe('a session that a store holds with the secret, as it was once written', () => {
  /** The session of somebody who is signed in as it was stored then, and the cookie, which had the ticket alone. */
  async function openFormer() {
    const inner = memoryStore()
    const dump = new Dump(inner)
    const process = open(dump.store)
    const browser = await signIn(process)
    const claims = await claimsOf(browser)
    const opened = compactFormat([SECRET])
      .session('session', clock.now)
      .open(browser.cookie ?? '')
    if (!opened.ok) throw new Error('the cookie does not open')
    const [id = ''] = dump.asked
    const seconds = Math.floor(clock.now() / 1000)
    const set = new Map([['_identity', JSON.stringify(claims)]])
    await inner.update(id, { set, remove: [], add: new Map(), slid: seconds, expiresAt: seconds + 86_400 }, seconds)
    browser.cookie = mint({ _ticket: opened.record.data['_ticket'] ?? null })
    const stored = async (): Promise<string | undefined> => (await inner.find(id))?.entries.get('_identity')
    return { process, browser, stored, secret: textOf(claims['secret']) }
  }

  test('goes on, and its cookie gets the secret', async () => {
    const { process, browser } = await openFormer()
    const before = browser.cookie
    expect(await whoami(process, browser)).toEqual({ id: 7 })
    expect(browser.cookie).not.toBe(before)
    expect(await whoami(process, browser)).toEqual({ id: 7 })
  })

  test('loses it with the next write, and its owner stays signed in', async () => {
    const { process, browser, stored, secret } = await openFormer()
    expect(await stored()).toContain(secret)
    await browser.visit((session) => (session['a'] = 1))
    expect(await stored()).not.toContain(secret)
    expect(await whoami(process, browser)).toEqual({ id: 7 })
  })
})
