import { expect, test } from 'vitest'
import { createSessions, type SessionsOptions } from '../../src/index.ts'
import { h3SessionCookie, ironSessionCookie, previousCookie } from '../../src/previous/index.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { EventLog, SECRET, Visitor } from '../support/visitor.ts'
import { BEFORE, PASSWORD, setUp, type Data } from './world.ts'

const open = (): { ok: true; data: object } => ({ ok: true, data: {} })

const create = (previousCookies: unknown): unknown =>
  // as: what the types refuse is what is tried here
  createSessions({ name: 'session', secrets: [SECRET], previousCookies } as SessionsOptions<Data>)

// as: see above
test.each<[string, () => unknown, string, RegExp]>([
  ['no array', () => create({ name: BEFORE }), 'ERR_OPTIONS', /previousCookies\[0\] is none, expected a list/],
  [
    'a bare object',
    () => create([{ name: BEFORE, open }]),
    'ERR_OPTIONS',
    /previousCookies\[0\] .*coatcheck\/previous/,
  ],
  ['a hole', () => create(Array(1)), 'ERR_OPTIONS', /previousCookies\[0\]/],
  ['nothing', () => previousCookie(undefined as never), 'ERR_OPTIONS', /open is no function/],
  ['no open', () => previousCookie({ name: BEFORE } as never), 'ERR_OPTIONS', /open is no function/],
  ['no name', () => previousCookie({ open } as never), 'ERR_OPTIONS', /is no cookie name/],
  ['a name with a blank', () => previousCookie({ name: 'a b', open }), 'ERR_OPTIONS', /is no cookie name/],
  ['a bad path', () => previousCookie({ name: 'a', open, cookie: { path: 'x' } }), 'ERR_OPTIONS', /path "x"/],
  [
    'companions that are text',
    () => previousCookie({ name: 'a', open, companions: 'a' as never }),
    'ERR_OPTIONS',
    /no array/,
  ],
  [
    'a bad companion',
    () => previousCookie({ name: 'a', open, companions: ['a;b'] }),
    'ERR_OPTIONS',
    /is no cookie name/,
  ],
  [
    'no password',
    () => ironSessionCookie({ name: 'a', password: undefined as never }),
    'ERR_SECRET',
    /environment variable/,
  ],
  ['a password of no text', () => ironSessionCookie({ name: 'a', password: 7 as never }), 'ERR_SECRET', /is a number/],
  ['a short password', () => ironSessionCookie({ name: 'a', password: 'short' }), 'ERR_SECRET', /has 5 characters/],
  ['no passwords', () => ironSessionCookie({ name: 'a', password: {} }), 'ERR_SECRET', /empty object/],
  [
    'a short one among them',
    () => ironSessionCookie({ name: 'a', password: { 1: PASSWORD, 2: 'short' } }),
    'ERR_SECRET',
    /password\["2"\] has 5/,
  ],
  [
    'too many iterations',
    () => h3SessionCookie({ password: PASSWORD, iterations: 8193 }),
    'ERR_OPTIONS',
    /iterations is 8193/,
  ],
  [
    'half an iteration',
    () => h3SessionCookie({ password: PASSWORD, iterations: 0.5 }),
    'ERR_OPTIONS',
    /iterations is 0.5/,
  ],
  [
    'an age without a unit',
    () => h3SessionCookie({ password: PASSWORD, maxAge: 60 as never }),
    'ERR_OPTIONS',
    /maxAge is 60/,
  ],
])('%s is misuse, told at the line that made it, without the text of any password', (_, make, code, message) => {
  const error = thrownBy(make)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain('short')
  expect(firstFrame(error)).toContain('options.test.ts')
})

test('open that gives a promise is misuse too, told to whoever asks for the session', () => {
  // as: what the types refuse is what is tried here
  const { visitor } = setUp({
    previousCookies: [previousCookie({ name: BEFORE, open: (async () => open()) as never })],
  })
  visitor.cookies.set(BEFORE, 'x')
  expect(thrownBy(() => visitor.visit(({ session }) => session.accountId)).code).toBe('ERR_OPTIONS')
})

test('open may throw: the cookie is malformed', () => {
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    onEvent: log.hear,
    previousCookies: [
      previousCookie({
        name: BEFORE,
        open: () => {
          throw new TypeError('a bug of the application')
        },
      }),
    ],
  })
  const visitor = new Visitor(sessions)
  visitor.cookies.set(BEFORE, 'x')
  visitor.visit(({ session }) => expect(session.refused).toBe('malformed'))
  expect(log.events).toMatchObject([{ type: 'refused', cookie: BEFORE }])
})

test('open keeps what it is called on, and sees every other cookie of the request', () => {
  class Signed {
    readonly name = BEFORE
    readonly #companion = 'billing.sig'
    open(value: string, { cookies, now }: { cookies: (name: string) => readonly string[]; now: number }) {
      return { ok: true as const, data: { value, signatures: cookies(this.#companion), none: cookies('other'), now } }
    }
  }
  const { sessions, clock } = setUp({ previousCookies: [previousCookie(new Signed())] })
  const session = sessions.read(`${BEFORE}=a%20b; billing.sig=1; billing.sig=2`)
  expect({ ...session }).toEqual({ value: 'a%20b', signatures: ['1', '2'], none: [], now: clock.now() })
})
