import { describe, expect, test } from 'vitest'
import { createSessions, type SessionEvent, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { cookieStore, migrate } from '../../src/persistence/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Session } from '../../src/session/session.ts'
import { SECRET } from '../support/visitor.ts'
import { ScopedJar } from './scoped-jar.ts'

interface Data {
  userId?: number
  cart?: number[]
}

type Cookie = SessionsOptions<Data>['cookie']

const events: SessionEvent[] = []

function sessionsWith(cookie: Cookie, store: SessionsOptions<Data>['store']): Sessions<Data> {
  // as: of a union over the names of cookies, the compiler cannot say that these fit together
  const options = { name: 'session', secrets: [SECRET], cookie, store, onEvent: (e: SessionEvent) => events.push(e) }
  return createSessions<Data>(options as SessionsOptions<Data>)
}

/** One request of a browser. */
async function visit(
  sessions: Sessions<Data>,
  jar: ScopedJar,
  handler: (session: Session<Data>) => void = () => {},
  path = '/app/page',
): Promise<{ userId: number | undefined; cart: unknown; refused: string | undefined }> {
  events.length = 0
  const exchange = sessions.begin({}, { cookieHeader: jar.header(path), isSecure: () => true })
  await exchange.load()
  const { session } = exchange
  handler(session)
  const seen =
    session.status === 'destroyed'
      ? { userId: undefined, cart: undefined, refused: undefined }
      : { userId: session.userId, cart: session.cart, refused: session.refused }
  jar.take((await exchange.commit()).setCookie)
  return seen
}

const signInAs =
  (userId: number) =>
  (session: Session<Data>): void => {
    session.renew()
    session.userId = userId
  }
const fillCart = (session: Session<Data>): void => void (session.cart = [1])
const signOut = (session: Session<Data>): void => session.destroy()

const PLACES: readonly [string, () => SessionsOptions<Data>['store']][] = [
  ['the cookie', () => undefined],
  ['a store', () => memoryStore()],
  ['a store that they move into', () => migrate({ from: cookieStore(), to: memoryStore() })],
  ['the cookie that they move into', () => migrate({ from: memoryStore(), to: cookieStore() })],
]
const MOVES: readonly [string, Cookie, Cookie][] = [
  ['no domain to a domain', {}, { domain: 'example.com' }],
  ['a domain to none', { domain: 'example.com' }, {}],
  ['one domain to another', { domain: 'www.example.com' }, { domain: 'example.com' }],
  ['a path to /', { path: '/app' }, {}],
  ['/ to a path', {}, { path: '/app' }],
]
const EVERY = PLACES.flatMap(([place, store]) => MOVES.map((move) => [place, store, ...move] as const))

describe.for(EVERY)('sessions in %s, whose cookie went from %3$s%s', ([, store, , before, after]) => {
  const setUp = () => {
    const kept = store()
    return { old: sessionsWith(before, kept), now: sessionsWith(after, kept), jar: new ScopedJar() }
  }

  test('sign in whoever has a session from before, once and again', async () => {
    const { old, now, jar } = setUp()
    await visit(old, jar, fillCart)
    for (const userId of [7, 8]) {
      await visit(now, jar, signInAs(userId))
      expect(await visit(now, jar)).toEqual({ userId, cart: [1], refused: undefined })
    }
  })

  test('sign out whoever signed in before and again after', async () => {
    const { old, now, jar } = setUp()
    await visit(old, jar, signInAs(7))
    await visit(now, jar, signInAs(7))
    await visit(now, jar, signOut)
    expect(await visit(now, jar)).toMatchObject({ userId: undefined, cart: undefined })
    await visit(now, jar, signInAs(9))
    expect(await visit(now, jar)).toMatchObject({ userId: 9 })
  })

  test('end the former cookie where it is named, and leave the one of now', async () => {
    const kept = store()
    const { domain, path } = before ?? {}
    const jar = new ScopedJar()
    await visit(sessionsWith(before, kept), jar, signInAs(7))
    const now = sessionsWith({ ...after, formerly: [{ domain, path }] }, kept)
    await visit(now, jar, fillCart)
    expect(jar.kept).toHaveLength(1)
    expect(await visit(now, jar)).toMatchObject({ userId: 7, cart: [1] })
    await visit(sessionsWith(before, kept), jar, fillCart)
    await visit(now, jar, signOut)
    expect(jar.kept.filter(({ value }) => value !== '').length).toBeLessThanOrEqual(1)
    expect(await visit(now, jar)).toMatchObject({ userId: undefined })
  })
})

describe.for(PLACES)('sessions in %s', ([, store]) => {
  const setUp = async () => {
    const sessions = sessionsWith({}, store())
    const [victim, mallory] = [new ScopedJar(), new ScopedJar()]
    await visit(sessions, mallory, signInAs(666))
    return { sessions, victim, mallory, plant: (path?: string) => victim.plant('session', valueOf(mallory), path) }
  }

  test.for(['/', '/app'])(
    'never let an authentic cookie that was planted at %s count in place of the visitor’s',
    async (path) => {
      const { sessions, victim, plant } = await setUp()
      await visit(sessions, victim, signInAs(7))
      plant(path)
      expect(await visit(sessions, victim)).toEqual({ userId: undefined, cart: undefined, refused: 'duplicate' })
      expect(events.map(({ type }) => type)).toEqual(['duplicate', 'refused'])
      await visit(sessions, victim, fillCart)
      expect(await visit(sessions, victim)).toMatchObject({ userId: undefined, cart: [1] })
      await visit(sessions, victim, signInAs(7))
      expect(await visit(sessions, victim)).toMatchObject({ userId: 7, refused: undefined })
    },
  )

  test('refuse a planted cookie that is newer than the visitor’s, and begun where theirs was begun', async () => {
    const { sessions, victim, mallory, plant } = await setUp()
    plant()
    await visit(sessions, victim, signInAs(7))
    victim.kept = victim.kept.slice(-1)
    await visit(sessions, mallory, signInAs(666))
    plant()
    expect((await visit(sessions, victim)).userId).not.toBe(666)
  })

  test('sign out a visitor in whose browser somebody planted a cookie', async () => {
    const { sessions, victim, plant } = await setUp()
    await visit(sessions, victim, signInAs(7))
    plant()
    const own = victim.kept.slice(0, 1)
    await visit(sessions, victim, signOut)
    expect(await visit(sessions, victim)).toMatchObject({ userId: undefined })
    expect(victim.kept.some(({ value }) => value === own[0]?.value)).toBe(false)
  })

  test('reset a visitor in whose browser somebody planted a cookie', async () => {
    const { sessions, victim, plant } = await setUp()
    await visit(sessions, victim, signInAs(7))
    plant()
    await visit(sessions, victim, (session) => {
      void session.userId
      session.reset()
    })
    expect(await visit(sessions, victim)).toMatchObject({ userId: undefined })
  })
})

test('of two cookies that name sessions in a store, the only one counts that the store still knows', async () => {
  const sessions = sessionsWith({}, memoryStore())
  const [one, other] = [new ScopedJar(), new ScopedJar()]
  await visit(sessions, one, signInAs(1))
  await visit(sessions, other, signInAs(2))
  const gone = valueOf(other)
  await visit(sessions, other, signOut)
  for (const path of ['/', '/app']) {
    const jar = new ScopedJar()
    jar.kept = one.kept
    jar.plant('session', gone, path)
    expect(await visit(sessions, jar)).toMatchObject({ userId: 1, refused: undefined })
  }
})

test('formerly has to name another place than that of now, and nothing else', () => {
  const wrong: readonly [unknown, string][] = [
    [[{}], 'cookie.formerly[0] is how the cookie is set now'],
    [[{ path: '/a' }, { domain: undefined, path: '/' }], 'cookie.formerly[1] is how the cookie is set now'],
    [[{ domain: 'example.com', secure: true }], 'cookie.formerly[0] has secure'],
    [['example.com'], 'cookie.formerly[0] is not an object'],
    ['example.com', 'cookie.formerly is not a list'],
    [[{ path: 'app' }], 'does not begin with "/"'],
  ]
  for (const [formerly, message] of wrong) {
    const make = (): unknown => sessionsWith({ formerly } as Cookie, undefined) // as: that is what is wrong
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(message) }))
  }
})

function valueOf(jar: ScopedJar): string {
  return jar.kept.at(-1)?.value ?? ''
}
