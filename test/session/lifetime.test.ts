import { parseSetCookie } from 'cookie'
import { expect, test } from 'vitest'
import { createSessions, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { EventLog, FakeClock, SECRET, Visitor } from '../support/visitor.ts'

interface Data {
  accountId: number
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

function setUp(
  options: Pick<SessionsOptions<Data>, 'idleTimeout' | 'absoluteTimeout' | 'limits'> & { persistent?: boolean },
): {
  clock: FakeClock
  log: EventLog
  sessions: Sessions<Data>
  visitor: Visitor<Data>
} {
  const { persistent, ...timeouts } = options
  const clock = new FakeClock()
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: clock.now,
    onEvent: log.hear,
    cookie: { persistent },
    ...timeouts,
  })
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => (session.accountId = 7))
  return { clock, log, sessions, visitor }
}

function maxAge(setCookie: readonly string[]): number | undefined {
  return parseSetCookie(setCookie[0] ?? '').maxAge
}

test('a session that is not used for the idle timeout is refused, and not a second earlier', () => {
  const { clock, visitor, log } = setUp({ idleTimeout: '15m' })
  clock.advance(15 * MINUTE - 1)
  const kept = visitor.header
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  clock.advance(1)
  visitor.cookies.set('session', kept?.slice('session='.length) ?? '')
  visitor.visit(({ session }) => {
    expect(session.accountId).toBeUndefined()
    expect(session.refused).toBe('expired-idle')
  })
  expect(log.events).toMatchObject([{ type: 'refused', reason: 'expired-idle', cookie: 'session' }])
})

test.each([
  ['aal1', 14 * DAY, 30 * DAY],
  ['aal2', HOUR, DAY],
  ['aal3', 15 * MINUTE, 12 * HOUR],
] as const)('under %s a session ends %i seconds after its last use, and %i after sign-in', (limits, idle, absolute) => {
  const unused = setUp({ limits })
  unused.clock.advance(idle)
  unused.visitor.visit(({ session }) => expect(session.refused).toBe('expired-idle'))
  const used = setUp({ limits })
  for (let seconds = 0; seconds < absolute - idle / 2; seconds += idle / 2) {
    used.clock.advance(idle / 2)
    used.visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  }
  used.clock.advance(idle / 2)
  used.visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('limits that are no level, or that contradict, are refused', () => {
  expect(() => setUp({ limits: 'aal4' as never })).toThrow(/limits is "aal4", expected 'aal1', 'aal2' or 'aal3'/)
  expect(() => setUp({ limits: 'aal2', idleTimeout: '5m' })).toThrow(/limits is given beside idleTimeout/)
})

test('a session that is used stays, until the absolute timeout ends it on time', () => {
  const { clock, visitor } = setUp({ idleTimeout: '1h', absoluteTimeout: '12h' })
  for (let minutes = 30; minutes < 12 * 60; minutes += 30) {
    clock.advance(30 * MINUTE)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  }
  clock.advance(30 * MINUTE - 1)
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  clock.advance(1)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('writing does not move the absolute timeout', () => {
  const { clock, visitor } = setUp({ idleTimeout: '12h', absoluteTimeout: '12h' })
  clock.advance(11 * HOUR)
  visitor.visit(({ session }) => (session.accountId = 8))
  clock.advance(HOUR)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('by default a session lasts 14 days unused and 30 days in all', () => {
  const { clock, visitor } = setUp({})
  clock.advance(14 * DAY - 1)
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  clock.advance(14 * DAY - 1)
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  clock.advance(2 * DAY + 2)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('an absolute timeout shorter than 14 days shortens the default idle timeout', () => {
  expect(() => setUp({ absoluteTimeout: '12h' })).not.toThrow()
})

test('a cookie from a clock up to a minute ahead is good, from further ahead it is refused', () => {
  const { clock, visitor } = setUp({})
  clock.advance(-60)
  visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  clock.advance(-1)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('the cookie ends with the browser unless a persistent one was asked for', () => {
  const { visitor } = setUp({})
  expect(maxAge(visitor.visit(({ session }) => (session.accountId = 8)).setCookie)).toBeUndefined()
})

test('a persistent cookie gets the time that is left as Max-Age', () => {
  const { clock, visitor } = setUp({ persistent: true, idleTimeout: '10d', absoluteTimeout: '12d' })
  expect(maxAge(visitor.visit(({ session }) => (session.accountId = 8)).setCookie)).toBe(10 * DAY)
  clock.advance(5 * DAY)
  expect(maxAge(visitor.visit(({ session }) => session.accountId).setCookie)).toBe(7 * DAY)
})

test('"remember me" is chosen at one sign-in, and stays with the session when it slides', () => {
  const { clock, visitor } = setUp({})
  const signIn = visitor.visit(({ session }) => session.renew({ persistent: true }))
  expect(maxAge(signIn.setCookie)).toBe(14 * DAY)
  clock.advance(2 * DAY)
  expect(maxAge(visitor.visit(({ session }) => session.accountId).setCookie)).toBe(14 * DAY)
  const renewed = visitor.visit(({ session }) => session.renew())
  expect(maxAge(renewed.setCookie)).toBe(14 * DAY)
  expect(maxAge(visitor.visit(({ session }) => session.renew({ persistent: false })).setCookie)).toBeUndefined()
})

test('Max-Age is a courtesy: a browser that keeps the cookie for ever gains nothing', () => {
  const { clock, visitor } = setUp({ persistent: true, idleTimeout: '1h' })
  clock.advance(HOUR)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-idle'))
})

test.each<[string, Partial<SessionsOptions<Data>>, RegExp]>([
  ['no unit', { idleTimeout: '15' as '15m' }, /idleTimeout is "15", expected a number with a unit/],
  ['a number', { idleTimeout: 900 as unknown as '15m' }, /idleTimeout is 900, expected/],
  ['nothing', { idleTimeout: '0m' }, /idleTimeout is 0m, at least 1s/],
  ['over 400 days', { absoluteTimeout: '401d' }, /absoluteTimeout is 401d, 1 days over the 400 days/],
  [
    'idle over absolute',
    { idleTimeout: '2d', absoluteTimeout: '1d' },
    /idleTimeout 2d is longer than absoluteTimeout 1d/,
  ],
])('a timeout is refused: %s', (_, options, message) => {
  expect(() => createSessions({ name: 'session', secrets: [SECRET], ...options } as SessionsOptions<Data>)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  )
})
