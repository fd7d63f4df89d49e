import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createSessions, type Session, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { EventLog, FakeClock, OLD_SECRET, SECRET, Visitor } from '../support/visitor.ts'

interface Data {
  accountId: number
}

interface SetUp {
  readonly clock: FakeClock
  readonly log: EventLog
  readonly sessions: Sessions<Data>
  readonly visitor: Visitor<Data>
}

function setUp(options: Partial<SessionsOptions<Data>> = {}): SetUp {
  const clock = new FakeClock()
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: clock.now,
    onEvent: log.hear,
    ...options,
  } as SessionsOptions<Data>) // as: Partial loses which names go with which attributes
  return { clock, log, sessions, visitor: new Visitor(sessions) }
}

test('a request that never touches its session sends nothing, even with a cookie', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.accountId = 7))
  expect(visitor.visit(() => {})).toEqual({ setCookie: [], vary: false, noStore: false })
})

test('a request that only reads sends no cookie, and says that the response depends on it', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.accountId = 7))
  const commit = visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
})

test.each<[string, (session: Session<Data>) => unknown]>([
  ['a key', (session) => session.accountId],
  ['a key that is not there', (session) => Reflect.get(session, 'nothing')],
  ['in', (session) => 'accountId' in session],
  ['Object.keys', (session) => Object.keys(session)],
  ['Object.entries', (session) => Object.entries(session)],
  [
    'a loop over its names',
    (session) => {
      for (const name in session) return name
    },
  ],
  ['hasOwn', (session) => Object.hasOwn(session, 'accountId')],
  ['a descriptor', (session) => Reflect.getOwnPropertyDescriptor(session, 'accountId')],
  ['spread', (session) => ({ ...session })],
  ['rest', ({ accountId, ...rest }) => [accountId, rest]],
  ['Object.assign', (session) => Object.assign({}, session)],
  ['JSON.stringify of what was spread', (session) => JSON.stringify({ ...session })],
  ['a message', (session) => session.flash.notice],
  ['whether there is a message', (session) => 'notice' in session.flash],
  ['all messages', (session) => ({ ...session.flash })],
  ['the flash', (session) => session.flash],
  ['id', (session) => session.id],
  ['isNew', (session) => session.isNew],
  ['refused', (session) => session.refused],
  ['size', (session) => session.size],
  ['util.inspect of what was spread', (session) => inspect({ ...session })],
  ['structuredClone of what was spread', (session) => structuredClone({ ...session })],
  ['a write', (session) => (session.accountId = 7)],
  ['a delete of what is not there', (session) => Reflect.deleteProperty(session, 'nothing')],
])('a response that could be made with %s says that it depends on the cookie, with one and without', (_, look) => {
  for (const isKnown of [true, false]) {
    const { visitor } = setUp()
    if (isKnown) visitor.visit(({ session }) => (session.accountId = 7))
    expect(visitor.visit(({ session }) => look(session)).vary).toBe(true)
  }
})

test.each<[string, (session: Session<Data>) => unknown, string]>([
  ['status', (session) => session.status, 'untouched'],
  ['JSON.stringify', (session) => JSON.stringify(session), '{"status":"untouched"}'],
  ['util.inspect', (session) => inspect(session), "Session { status: 'untouched' }"],
])('what %s says of a session that nobody opened is the same for everybody, and no reason to vary', (_, look, said) => {
  for (const isKnown of [true, false]) {
    const { visitor } = setUp()
    if (isKnown) visitor.visit(({ session }) => (session.accountId = 7))
    const commit = visitor.visit(({ session }) => expect(look(session)).toBe(said))
    expect(commit.vary).toBe(false)
  }
  expect(() => setUp().visitor.visit(({ session }) => structuredClone(session))).toThrow(/could not be cloned/)
})

test('a read-only request writes the cookie again when a slide is due, with the same id and data', () => {
  const { clock, visitor } = setUp({ idleTimeout: '10h', absoluteTimeout: '30h' })
  let id = ''
  visitor.visit(({ session }) => {
    session.accountId = 7
    id = session.id
  })
  clock.advance(3599)
  expect(visitor.visit(({ session }) => session.accountId).setCookie).toHaveLength(0)
  clock.advance(1)
  // Asking for the status opens nothing, so nothing slides.
  expect(visitor.visit(({ session }) => session.status).setCookie).toHaveLength(0)
  expect(visitor.visit(({ session }) => session.accountId).setCookie).toHaveLength(1)
  visitor.visit(({ session }) => {
    expect(session.id).toBe(id)
    expect(session.accountId).toBe(7)
  })
})

test('a cookie of a previous secret is sealed anew when it is read', () => {
  const old = setUp({ secrets: [OLD_SECRET] })
  old.visitor.visit(({ session }) => (session.accountId = 7))
  const { visitor, log } = setUp({ secrets: [SECRET, OLD_SECRET] })
  visitor.cookies.set('session', old.visitor.cookies.get('session') ?? '')
  expect(visitor.visit(({ session }) => expect(session.accountId).toBe(7)).setCookie).toHaveLength(1)
  expect(log.types).toEqual(['opened-by-previous-secret'])
  expect(visitor.visit(({ session }) => expect(session.accountId).toBe(7)).setCookie).toHaveLength(0)
  expect(log.types).toHaveLength(1)
})

test('a changed session is written', () => {
  const { visitor } = setUp()
  const commit = visitor.visit(({ session }) => {
    expect(session.isNew).toBe(true)
    session.accountId = 7
    expect(session.status).toBe('changed')
  })
  expect(commit).toEqual({ setCookie: [expect.stringMatching(/^session=[\w-]+; /)], vary: true, noStore: true })
})

test('assigning the value that is there already changes nothing', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.accountId = 7))
  expect(visitor.visit(({ session }) => (session.accountId = 7)).setCookie).toHaveLength(0)
})

test('renew gives a new id, keeps the data, starts the absolute timeout anew, and is an event', () => {
  const { clock, visitor, log } = setUp({ idleTimeout: '10h', absoluteTimeout: '10h' })
  let before = ''
  visitor.visit(({ session }) => {
    session.accountId = 7
    before = session.id
  })
  clock.advance(9 * 3600)
  const commit = visitor.visit(({ session }) => {
    session.renew()
    expect(session.status).toBe('renewed')
    expect(session.id).not.toBe(before)
  })
  expect(commit.setCookie).toHaveLength(1)
  expect(log.types).toEqual(['renewed'])
  clock.advance(9 * 3600)
  visitor.visit(({ session }) => {
    expect(session.accountId).toBe(7)
    expect(session.id).not.toBe(before)
  })
})

test('destroy expires the cookie with the very attributes that it was set with, and is terminal', () => {
  const { visitor, log } = setUp({
    cookie: { path: '/app', domain: 'example.com', partitioned: true, sameSite: 'none' },
  })
  const [set = ''] = visitor.visit(({ session }) => (session.accountId = 7)).setCookie
  const commit = visitor.visit(({ session }) => {
    session.destroy()
    expect(session.status).toBe('destroyed')
    for (const use of [
      () => (session.accountId = 8),
      () => session.accountId,
      () => session.flash.notice,
      () => session.id,
      () => session.size,
      () => session.renew(),
      () => session.reset(),
      () => session.touch(),
      () => session.destroy(),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_SESSION_DESTROYED' }))
    }
  })
  const attributes = (line: string): string[] =>
    line
      .split('; ')
      .slice(1)
      .filter((part) => !/^(?:Max-Age|Expires)=/.test(part))
      .toSorted()
  const [expired = ''] = commit.setCookie
  expect(expired).toMatch(/^session=; /)
  expect(expired).toContain('Max-Age=0')
  expect(expired).toContain('Expires=Thu, 01 Jan 1970 00:00:00 GMT')
  expect(attributes(expired)).toEqual(attributes(set))
  expect(attributes(set)).toEqual([
    'Domain=example.com',
    'HttpOnly',
    'Partitioned',
    'Path=/app',
    'SameSite=None',
    'Secure',
  ])
  expect(log.types).toEqual(['destroyed'])
  expect(visitor.cookies.size).toBe(0)
})

test('reset goes on with an empty session under a new id, and the old one counts as ended', () => {
  const { visitor, log } = setUp()
  let before = ''
  visitor.visit(({ session }) => {
    session.accountId = 7
    session.flash.notice = 'old'
    before = session.id
  })
  const commit = visitor.visit(({ session }) => {
    session.reset()
    expect(session.accountId).toBeUndefined()
    expect(session.flash.notice).toBeUndefined()
    expect(session.isNew).toBe(true)
    expect(session.id).not.toBe(before)
    expect(session.status).toBe('changed')
    session.flash.notice = 'Signed out'
  })
  expect(commit.setCookie).toHaveLength(1)
  expect(log.types).toEqual(['destroyed'])
  visitor.visit(({ session }) => {
    expect(session.flash.notice).toBe('Signed out')
    expect(Object.keys(session)).toEqual([])
  })
})

test('reset and nothing after it expires the cookie', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.accountId = 7))
  expect(visitor.visit(({ session }) => session.reset()).setCookie).toEqual([expect.stringContaining('Max-Age=0')])
  expect(visitor.cookies.size).toBe(0)
})

test('touch writes a session that did not change, and makes no session where there was none', () => {
  const { visitor } = setUp()
  expect(visitor.visit(({ session }) => session.touch()).setCookie).toHaveLength(0)
  visitor.visit(({ session }) => (session.accountId = 7))
  const commit = visitor.visit(({ session }) => {
    session.touch()
    expect(session.status).toBe('touched')
  })
  expect(commit.setCookie).toHaveLength(1)
})

test('a deleted key is gone, and an assignment of undefined deletes', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.accountId = 7))
  visitor.visit(({ session }) => {
    delete session.accountId
    expect('accountId' in session).toBe(false)
  })
  visitor.visit(({ session }) => {
    expect(session.accountId).toBeUndefined()
    session.accountId = 8
    session.accountId = undefined
    expect(Object.keys(session)).toEqual([])
  })
})

test('a refused cookie is left alone: no Set-Cookie clears it', () => {
  const { visitor } = setUp()
  visitor.cookies.set('session', 'garbage')
  const commit = visitor.visit(({ session }) => {
    expect(session.refused).toBe('malformed')
    expect(session.isNew).toBe(true)
  })
  expect(commit.setCookie).toEqual([])
})

test('without a cookie the reason is `missing`, and that is no event', () => {
  const { visitor, log } = setUp()
  visitor.visit(({ session }) => expect(session.refused).toBe('missing'))
  expect(log.events).toEqual([])
})

test('an application cookie and the session leave together', () => {
  const { visitor } = setUp()
  const commit = visitor.visit(({ session, jar }) => {
    jar.set('theme', 'dark')
    session.accountId = 7
  })
  expect(commit.setCookie.map((line) => line.split('=')[0])).toEqual(['theme', 'session'])
})
