import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CommitHeaders, Exchange, SessionsOptions } from '../../src/index.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { FakeClock, OLD_SECRET, SECRET } from '../support/visitor.ts'
import { ScopedJar } from './scoped-jar.ts'

interface Data {
  userId?: number
  cart?: number[]
  plan?: string
}

const clock = new FakeClock()
let uptime = 0

beforeEach(() => {
  uptime = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => uptime)
})
afterEach(() => vi.restoreAllMocks())

const withDefault = {
  '~standard': { version: 1, vendor: 'test', validate: (value: object) => ({ value: { plan: 'free', ...value } }) },
} as const

/** Why a response to a request that only reads carries the cookie, and how the sessions were set up before. */
const REASONS: readonly [string, Partial<SessionsOptions<Data>>, number][] = [
  ['a slide is due', {}, 2 * 86_400],
  ['the secret was changed', { secrets: [SECRET, OLD_SECRET] }, 0],
  ['the schema fills in a default', { schema: withDefault as never }, 0], // as: a schema that takes anything
]
const PLACES: readonly [string, () => SessionsOptions<Data>['store']][] = [
  ['the cookie', () => undefined],
  ['a store', () => memoryStore()],
]

describe.for(REASONS)('a request that only reads, where %s,', ([, options, pause]) => {
  describe.for(PLACES)('with sessions in %s', ([, place]) => {
    /** What a schema made is kept where the session is. */
    const staysInStore = place() !== undefined && options.schema !== undefined

    async function setUp() {
      const store = place()
      const make = (more: object) =>
        // as: of a union over formats, the compiler cannot say that these fit together
        createSessions<Data>({
          name: 'session',
          secrets: [OLD_SECRET],
          store,
          clock: clock.now,
          ...more,
        } as SessionsOptions<Data>)
      const jar = new ScopedJar()
      const [before, sessions] = [make({}), make(options)]
      const begin = async (from = sessions): Promise<Exchange<Data>> => {
        const exchange = from.begin({}, { cookieHeader: jar.header(), isSecure: () => true })
        await exchange.load()
        return exchange
      }
      const end = async (exchange: Exchange<Data>): Promise<CommitHeaders> => {
        uptime += 1
        const headers = await exchange.commit()
        jar.take(headers.setCookie)
        uptime += 1
        return headers
      }
      const first = await begin(before)
      first.session.cart = []
      await end(first)
      clock.advance(pause)
      return { begin, end, otherProcess: make(options), jar }
    }
    const read = (exchange: Exchange<Data>): void => void exchange.session.cart

    test('sends it where it is quick', async () => {
      const { begin, end } = await setUp()
      const exchange = await begin()
      read(exchange)
      uptime += 990
      expect((await end(exchange)).setCookie).toHaveLength(staysInStore ? 0 : 1)
    })

    test('undoes nothing that was written while it ran', async () => {
      const { begin, end } = await setUp()
      const slow = await begin()
      read(slow)
      const write = await begin()
      write.session.cart = [1]
      await end(write)
      await end(slow)
      const now = await begin()
      expect(now.session.cart).toEqual([1])
    })

    test('undoes no sign-in and no sign-out', async () => {
      const { begin, end } = await setUp()
      const slow = await begin()
      read(slow)
      const signIn = await begin()
      signIn.session.renew()
      signIn.session.userId = 7
      await end(signIn)
      expect((await end(slow)).setCookie).toEqual([])
      const slower = await begin()
      expect(slower.session.userId).toBe(7)
      const signOut = await begin()
      signOut.session.destroy()
      await end(signOut)
      expect((await end(slower)).setCookie).toEqual([])
      const now = await begin()
      expect(now.session.userId).toBeUndefined()
    })

    test('that is slow leaves it to the next one, for another process may have written', async () => {
      const { begin, end, otherProcess } = await setUp()
      const slow = await begin()
      read(slow)
      const signIn = await begin(otherProcess)
      signIn.session.renew()
      signIn.session.userId = 7
      await end(signIn)
      uptime += 1000
      expect((await end(slow)).setCookie).toEqual([])
      const now = await begin()
      expect(now.session.userId).toBe(7)
    })

    test('sends it however slow it is once half of the idle time has passed', async () => {
      const { begin, end } = await setUp()
      clock.advance(7 * 86_400 - pause)
      const slow = await begin()
      read(slow)
      uptime += 60_000
      expect((await end(slow)).setCookie).toHaveLength(1)
    })

    test('and touches, undoes nothing either', async () => {
      const { begin, end } = await setUp()
      const slow = await begin()
      slow.session.touch()
      const write = await begin()
      write.session.cart = [1]
      await end(write)
      await end(slow)
      const now = await begin()
      expect(now.session.cart).toEqual([1])
    })
  })
})

test('thousands of other visitors who write do not make a process forget what it sent last', () => {
  const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET], clock: clock.now })
  const request = (cookieHeader?: string) => sessions.begin({}, { cookieHeader, isSecure: () => true })
  const value = `session=${sessions.seal({ cart: [] })}`
  const slow = request(value)
  slow.session.touch()
  const others = Array.from({ length: 4999 }, () => `session=${sessions.seal({ cart: [] })}`)
  const write = (cookieHeader: string): void => {
    const exchange = request(cookieHeader)
    exchange.session.cart = [1]
    uptime += 1
    void exchange.commit()
  }
  write(value)
  for (const other of others) write(other)
  expect(slow.commit()).toMatchObject({ setCookie: [] })
})
