import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createSessions, type Sessions } from '../../src/index.ts'
import { ironSessionCookie, previousCookie, type OpenedPreviousCookie } from '../../src/previous/index.ts'
import { railsFormat } from '../../src/rails/index.ts'
import { FakeClock, SECRET } from '../support/visitor.ts'
import { BEFORE, fates, PASSWORD, seal, setUp, unsealed, type Data, type World } from './world.ts'

const DAY = 86_400

/** A browser that was signed in before the change of libraries. */
async function setUpSignedIn(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = setUp(options)
  world.visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))
  return world
}

describe('whoever comes with a previous cookie', () => {
  test('goes on with that session, which is sealed anew on that response, and the previous cookie is ended', async () => {
    const { visitor, log } = await setUpSignedIn()
    const commit = visitor.visit(({ session }) => {
      expect(session.accountId).toBe(7)
      expect(session.isNew).toBe(false)
      expect(session.refused).toBeUndefined()
    })
    expect(fates(commit)).toEqual(['billing ended', 'session set'])
    expect(commit.noStore).toBe(true)
    expect([...visitor.cookies.keys()]).toEqual(['session'])
    expect(log.events).toMatchObject([{ type: 'opened-previous-cookie', cookie: 'session', previous: BEFORE }])

    const later = visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    expect(later.setCookie).toEqual([])
    expect(log.events).toHaveLength(1)
  })

  test('loses nothing by a request that never touches the session: nothing is opened, nothing is sent', async () => {
    const { visitor, log } = await setUpSignedIn()
    expect(visitor.visit(() => {})).toEqual({ setCookie: [], vary: false, noStore: false })
    expect(log.events).toEqual([])
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  })

  test('keeps what is written in that very request', async () => {
    const { visitor } = await setUpSignedIn()
    visitor.visit(({ session }) => (session.note = 'hello'))
    visitor.visit(({ session }) => expect({ ...session }).toMatchObject({ accountId: 7, note: 'hello' }))
  })

  test('has one session, whatever number of requests came at once', async () => {
    const { visitor, sessions } = await setUpSignedIn()
    const ids = Array.from({ length: 3 }, () => sessions.read(visitor.header).id)
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  test('is found by sessions.read and sessions.load too, which write nothing', async () => {
    const { visitor, sessions } = await setUpSignedIn()
    expect(sessions.read(visitor.header).accountId).toBe(7)
    expect((await sessions.load(visitor.header)).accountId).toBe(7)
  })

  test('may have it under the very name that the session has now: it is replaced, and nothing is ended', async () => {
    const { visitor } = setUp({ previousCookies: [ironSessionCookie({ name: 'session', password: PASSWORD })] })
    visitor.cookies.set('session', await seal({ accountId: 7 }))
    expect(fates(visitor.visit(({ session }) => expect(session.accountId).toBe(7)))).toEqual(['session set'])
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  })

  test.each([
    ['path', { path: '/app' }, /; Path=\/app;/],
    ['domain', { domain: 'example.com' }, /; Domain=example\.com;/],
    ['partition', { partitioned: true }, /; Partitioned/],
  ])('may have it under that name of another %s: then both lines are sent, ours last', async (_, cookie, attribute) => {
    const iron = ironSessionCookie({ name: 'session', password: PASSWORD, cookie })
    const { visitor } = setUp({ previousCookies: [iron] })
    visitor.cookies.set('session', await seal({ accountId: 7 }))
    const commit = visitor.visit(({ session }) => session.accountId)
    expect(fates(commit)).toEqual(['session ended', 'session set'])
    expect(commit.setCookie[0]).toMatch(attribute)
    expect(commit.setCookie[1]).not.toMatch(attribute)
  })
})

describe("the session's own cookie", () => {
  test('counts as long as it opens; the previous one is ended with the next cookie that is written', async () => {
    const { visitor, log } = setUp()
    visitor.visit(({ session }) => (session.accountId = 1))
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }))
    expect(visitor.visit(({ session }) => expect(session.accountId).toBe(1)).setCookie).toEqual([])
    expect(fates(visitor.visit(({ session }) => (session.note = 'hello')))).toEqual(['billing ended', 'session set'])
    expect(log.types).toEqual([])
  })

  test.each([
    ['idle', DAY, 'expired-idle'],
    ['absolute', 30 * DAY, 'expired-absolute'],
  ])('is not replaced by an older one when its %s timeout is over', async (_, seconds, reason) => {
    const { visitor, clock, log } = setUp({ idleTimeout: '1d', absoluteTimeout: '30d' })
    visitor.visit(({ session }) => (session.accountId = 1))
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl: 0 }))
    clock.advance(seconds)
    visitor.visit(({ session }) => {
      expect(session.accountId).toBeUndefined()
      expect(session.refused).toBe(reason)
    })
    expect(log.events).toMatchObject([{ type: 'refused', reason, cookie: 'session' }])
  })

  test('may be anything that is none of ours, and signs nobody out', async () => {
    const { visitor } = await setUpSignedIn()
    visitor.cookies.set('session', 'planted')
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
  })

  test('may come twice and mean two sessions: then the previous one does not decide either', async () => {
    const { visitor, sessions } = await setUpSignedIn()
    const header = `session=${sessions.seal({ accountId: 1 })}; session=${sessions.seal({ accountId: 2 })}`
    expect(sessions.read(`${visitor.header}; ${header}`).refused).toBe('duplicate')
  })
})

describe('whoever ends the session ends the previous cookie too', () => {
  test.each<[string, (world: World) => ReturnType<World['visitor']['visit']>, string[]]>([
    ['destroy()', ({ visitor }) => visitor.visit(({ session }) => session.destroy()), ['session ended']],
    ['reset()', ({ visitor }) => visitor.visit(({ session }) => session.reset()), ['session ended']],
    [
      'reset() and a write',
      ({ visitor }) =>
        visitor.visit(({ session }) => {
          session.reset()
          session.note = 'bye'
        }),
      ['session set'],
    ],
    ['renew()', ({ visitor }) => visitor.visit(({ session }) => session.renew()), ['session set']],
  ])('%s, on a request that brings it and on one that does not', async (_, end, own) => {
    const world = await setUpSignedIn()
    expect(fates(end(world))).toEqual(['billing ended', ...own])
    // A previous cookie of another path is not sent to the page that signs out, and would be to others.
    const later = setUp()
    later.visitor.visit(({ session }) => (session.accountId = 7))
    expect(fates(end(later))).toEqual(['billing ended', ...own])
  })

  test('with its companions, and each with the path and domain that it was set with', () => {
    const cookie = { path: '/app', domain: 'example.com', partitioned: true }
    const { visitor } = setUp({
      previousCookies: [previousCookie(unsealed({ accountId: 7 }, { companions: ['billing.sig'], cookie }))],
    })
    visitor.cookies.set(BEFORE, 'a')
    visitor.cookies.set('billing.sig', 'b')
    const { setCookie } = visitor.visit(({ session }) => session.destroy())
    expect(setCookie).toEqual([
      expect.stringMatching(
        /^billing=; Max-Age=0; Domain=example\.com; Path=\/app; Expires=Thu, 01 Jan 1970 .*Partitioned/,
      ),
      expect.stringMatching(/^billing\.sig=; Max-Age=0; Domain=example\.com; Path=\/app; Expires=Thu, 01 Jan 1970 /),
      expect.stringMatching(/^session=; Max-Age=0; Path=\//),
    ])
  })
})

describe('how long it lasts', () => {
  test('no longer than the previous cookie would have, until it is renewed', async () => {
    const { visitor, clock } = setUp()
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl: 10 * DAY }))
    clock.advance(9 * DAY)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    const copy = new Map(visitor.cookies)
    visitor.visit(({ session }) => session.renew())
    clock.advance(DAY)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    visitor.cookies.set('session', copy.get('session') ?? '')
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
  })

  test('no longer than absoluteTimeout allows, for a previous cookie without an end and for one with a late end', async () => {
    for (const ttl of [0, 300 * DAY]) {
      const { visitor, clock } = setUp({ idleTimeout: '30d', absoluteTimeout: '30d' })
      // oxlint-disable-next-line no-await-in-loop -- the seals share one fake clock
      visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl }))
      visitor.visit(({ session }) => session.accountId)
      clock.advance(30 * DAY - 1)
      visitor.visit(({ session }) => expect(session.accountId).toBe(7))
      clock.advance(1)
      visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
    }
  })

  test('from when it began, where the previous cookie tells; a beginning to come counts as now', () => {
    const { clock, log } = setUp()
    const began = (created: number): World =>
      setUp({
        absoluteTimeout: '30d',
        clock: clock.now,
        onEvent: log.hear,
        previousCookies: [
          previousCookie({ name: BEFORE, open: () => ({ ok: true, data: { accountId: 7 }, created }) }),
        ],
      })
    const header = `${BEFORE}=x`
    const day = DAY * 1000
    expect(began(clock.now() - 29 * day).sessions.read(header).accountId).toBe(7)
    expect(began(clock.now() - 30 * day).sessions.read(header).refused).toBe('expired-absolute')
    expect(began(clock.now() + 90 * day).sessions.read(header).accountId).toBe(7)
    expect(began(Number.NaN).sessions.read(header).refused).toBe('malformed')
  })

  test('in the browser as before: it is kept where the previous cookie was, and goes where that would have gone', async () => {
    for (const { ttl, kept } of [
      { ttl: 5 * DAY, kept: `; Max-Age=${5 * DAY}` },
      { ttl: 0, kept: '' },
    ]) {
      const { visitor } = setUp()
      // oxlint-disable-next-line no-await-in-loop -- the seals share one fake clock
      visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl }))
      const { setCookie } = visitor.visit(({ session }) => session.accountId)
      expect(setCookie.at(-1)).toMatch(new RegExp(`^session=[\\w-]+${kept}; Path=/; HttpOnly`))
    }
  })

  test('or as ironSessionCookie is told, where a ttl of 0 leaves no end in the seal', async () => {
    const iron = ironSessionCookie({ name: BEFORE, password: PASSWORD, persistent: true })
    const { visitor } = setUp({ previousCookies: [iron] })
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl: 0 }))
    expect(visitor.visit(({ session }) => session.accountId).setCookie.at(-1)).toContain(`; Max-Age=${14 * DAY};`)
  })

  test('an old one that says nothing of it goes by cookie.persistent', () => {
    for (const persistent of [true, false]) {
      const { visitor } = setUp({
        cookie: { persistent },
        previousCookies: [previousCookie(unsealed({ accountId: 7 }))],
      })
      visitor.cookies.set(BEFORE, 'x')
      const { setCookie } = visitor.visit(({ session }) => session.accountId)
      expect(/Max-Age/.test(setCookie.at(-1) ?? '')).toBe(persistent)
    }
  })
})

describe('what it may hold', () => {
  test('is not asked of the guard: a record and a large value come along', () => {
    const data = { user: { id: 7, createdAt: 'now' }, note: 'x'.repeat(1500) }
    const { visitor } = setUp({ previousCookies: [previousCookie(unsealed(data))] })
    visitor.cookies.set(BEFORE, 'x')
    visitor.visit(({ session }) => expect({ ...session }).toEqual(data))
    visitor.visit(({ session }) => expect({ ...session }).toEqual(data))
  })

  test('goes through schema and migrate, which see keys that a session of ours could not have', () => {
    const { visitor, log } = setUp({
      previousCookies: [previousCookie(unsealed({ id: 7, isNew: true }))],
      schema: z.object({ accountId: z.number(), note: z.string() }),
      migrate: (old) => (typeof old['id'] === 'number' ? { accountId: old['id'], note: 'from before' } : undefined),
    })
    visitor.cookies.set(BEFORE, 'x')
    visitor.visit(({ session }) => expect({ ...session }).toEqual({ accountId: 7, note: 'from before' }))
    expect(log.types).toEqual(['opened-previous-cookie', 'migrated'])
  })

  test('is refused where it does not fit the schema', () => {
    const { visitor, log } = setUp({
      previousCookies: [previousCookie(unsealed({ who: 7 }))],
      schema: z.object({ accountId: z.number(), note: z.string() }),
    })
    visitor.cookies.set(BEFORE, 'x')
    const commit = visitor.visit(({ session }) => expect(session.refused).toBe('schema'))
    expect(commit.setCookie).toEqual([])
    expect(log.types).toEqual(['opened-previous-cookie', 'refused'])
  })

  test('signs nobody in by the keys that are ours alone', () => {
    const data = {
      _identity: { user: 1 },
      _ticket: `abcd.${'A'.repeat(43)}`,
      _formerTicket: `abcd.${'A'.repeat(43)}`,
      accountId: 7,
    }
    const { visitor, sessions } = setUp({ previousCookies: [previousCookie(unsealed(data))] })
    visitor.cookies.set(BEFORE, 'x')
    visitor.visit(({ session }) => expect({ ...session }).toEqual({ accountId: 7 }))
    expect(sessions.open(visitor.cookies.get('session') ?? '')).toMatchObject({ ok: true, data: { accountId: 7 } })
  })

  test.each<[string, unknown]>([
    ['a list', [7]],
    ['a date inside', { since: new Date() }],
    ['nothing', null],
    ['a number', 7],
    ['a key that reaches prototypes', JSON.parse('{"__proto__":{"isAdmin":true}}')],
    [
      'itself',
      Object.assign(
        {},
        {
          get self(): object {
            return this
          },
        },
      ),
    ],
  ])('is no session where it is %s', (_, data) => {
    const { visitor, log } = setUp({
      // as: what a careless author returns
      previousCookies: [previousCookie(unsealed(data as object))],
    })
    visitor.cookies.set(BEFORE, 'x')
    visitor.visit(({ session }) => expect(session.refused).toBe('malformed'))
    expect(log.events).toMatchObject([{ type: 'refused', reason: 'malformed', cookie: BEFORE }])
  })

  test('is refused where it is too much for a cookie of ours, and no response fails by it', () => {
    // cookie-session only signs, so that there is room for 3,066 bytes of JSON in its cookie.
    const { visitor, log } = setUp({ previousCookies: [previousCookie(unsealed({ note: 'x'.repeat(3050) }))] })
    visitor.cookies.set(BEFORE, 'x')
    expect(visitor.visit(({ session }) => expect(session.refused).toBe('too-large')).setCookie).toEqual([])
    expect(log.types).toEqual(['opened-previous-cookie', 'refused'])
  })
})

describe('several previous cookies', () => {
  const open = (opened: OpenedPreviousCookie) => () => opened

  test('are tried in the order that they are listed in; what opens first counts, and all that came are ended', () => {
    const { visitor, log } = setUp({
      previousCookies: [
        previousCookie({ name: 'a', open: open({ ok: false, reason: 'tampered' }) }),
        previousCookie({ name: 'b', open: open({ ok: true, data: { accountId: 2 } }) }),
        previousCookie({ name: 'c', open: open({ ok: true, data: { accountId: 3 } }) }),
        previousCookie({ name: 'd', open: open({ ok: true, data: { accountId: 4 } }) }),
      ],
    })
    for (const name of ['a', 'b', 'c']) visitor.cookies.set(name, 'x')
    expect(fates(visitor.visit(({ session }) => expect(session.accountId).toBe(2)))).toEqual([
      'a ended',
      'b ended',
      'c ended',
      'session set',
    ])
    expect(log.events).toMatchObject([{ type: 'opened-previous-cookie', previous: 'b' }])
  })

  test('are tried in turn, whatever the one before was refused for', () => {
    const { visitor } = setUp({
      previousCookies: [
        previousCookie({ name: 'a', open: open({ ok: false, reason: 'expired-idle' }) }),
        previousCookie({ name: 'b', open: open({ ok: true, data: { accountId: 2 } }) }),
      ],
    })
    for (const name of ['a', 'b']) visitor.cookies.set(name, 'x')
    visitor.visit(({ session }) => expect(session.accountId).toBe(2))
  })

  test('that are all refused give the reason that came closest, once, with the name of its cookie', () => {
    const { visitor, log } = setUp({
      previousCookies: [
        previousCookie({ name: 'a', open: open({ ok: false, reason: 'expired-idle' }) }),
        previousCookie({ name: 'b', open: open({ ok: false, reason: 'malformed' }) }),
        previousCookie({ name: 'c', open: open({ ok: false, reason: 'tampered' }) }),
      ],
    })
    for (const name of ['a', 'b', 'c', 'session']) visitor.cookies.set(name, 'x')
    const commit = visitor.visit(({ session }) => expect(session.refused).toBe('expired-idle'))
    expect(commit.setCookie).toEqual([])
    expect(log.events).toMatchObject([{ type: 'refused', reason: 'expired-idle', cookie: 'a' }])
    expect(log.events).toHaveLength(1)
  })

  test('may have one name: two passwords, or two libraries one after the other', async () => {
    const other = 'another passphrase, of the year before'
    const { visitor } = setUp({
      previousCookies: [PASSWORD, other].map((password) => ironSessionCookie({ name: BEFORE, password })),
    })
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { password: other }))
    expect(fates(visitor.visit(({ session }) => expect(session.accountId).toBe(7)))).toEqual([
      'billing ended',
      'session set',
    ])
  })
})

describe('strangers', () => {
  const counting = (): { calls: string[]; world: World } => {
    const calls: string[] = []
    const open = (value: string): OpenedPreviousCookie => {
      calls.push(value)
      return { ok: true, data: { accountId: calls.length } }
    }
    return { calls, world: setUp({ previousCookies: [previousCookie({ name: BEFORE, open })] }) }
  }

  test('have at most 16 values opened, and one of 4096 bytes at the most', () => {
    const { calls, world } = counting()
    const header = (count: number): string => Array.from({ length: count }, (_, at) => `${BEFORE}=${at}`).join('; ')
    expect(world.sessions.read(header(17)).refused).toBe('duplicate')
    expect(world.sessions.read(`${BEFORE}=${'x'.repeat(4097 - BEFORE.length)}`).refused).toBe('too-large')
    expect(calls).toEqual([])
    expect(world.sessions.read(`${BEFORE}=${'x'.repeat(4096 - BEFORE.length)}`).refused).toBeUndefined()
  })

  test('who plant a second cookie beside a good one sign nobody in as somebody else', () => {
    const { world } = counting()
    expect(world.sessions.read(`${BEFORE}=a; ${BEFORE}=b`).refused).toBe('duplicate')
    expect(world.sessions.read(`${BEFORE}=a; ${BEFORE}=a`).refused).toBeUndefined()
  })

  test('who plant garbage beside a good one sign nobody out', async () => {
    const { sessions } = setUp()
    expect(sessions.read(`${BEFORE}=garbage; ${BEFORE}=${await seal({ accountId: 7 })}`).accountId).toBe(7)
  })

  test.each([
    ['changed on the way', (text: string) => text.replace(/\*1\*/, '*2*'), 'tampered'],
    ['no seal', () => 'garbage', 'malformed'],
    ['empty', () => '', 'malformed'],
  ])('get an empty session with a previous cookie that is %s, and nothing is sent', async (_, change, reason) => {
    const { visitor, log } = setUp()
    visitor.cookies.set(BEFORE, change(await seal({ accountId: 7 })))
    const commit = visitor.visit(({ session }) => {
      expect({ ...session }).toEqual({})
      expect(session.refused).toBe(reason)
    })
    expect(commit.setCookie).toEqual([])
    expect(log.events).toMatchObject([{ type: 'refused', reason, cookie: BEFORE }])
  })

  test('and late visitors too, with one that has expired', async () => {
    const { visitor, clock, log } = setUp()
    visitor.cookies.set(BEFORE, await seal({ accountId: 7 }, { ttl: DAY }))
    clock.advance(DAY + 60)
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
    expect(log.events).toMatchObject([{ type: 'refused', reason: 'expired-absolute', cookie: BEFORE }])
    expect(fates(visitor.visit(({ session }) => (session.accountId = 8)))).toEqual(['billing ended', 'session set'])
  })
})

describe('a cookie of coatcheck itself', () => {
  const setUpRenamed = (): World & { old: Sessions<Data> } => {
    const clock = new FakeClock()
    const old = createSessions<Data>({ name: 'old', secrets: [SECRET], clock: clock.now, cookie: { persistent: true } })
    return {
      ...setUp({ name: '__Host-session', clock: clock.now, previousCookies: [previousCookie(old)] }),
      clock,
      old,
    }
  }

  test('goes on under another name: what createSessions gave is a previous cookie', () => {
    const { visitor, old } = setUpRenamed()
    visitor.cookies.set('old', old.seal({ accountId: 7 }))
    expect(fates(visitor.visit(({ session }) => expect(session.accountId).toBe(7)))).toEqual([
      'old ended',
      '__Host-session set',
    ])
  })

  test('is as old as it was, and is kept by the browser as it was', () => {
    const { visitor, old, clock } = setUpRenamed()
    visitor.cookies.set('old', old.seal({ accountId: 7 }))
    clock.advance(13 * DAY)
    const { setCookie } = visitor.visit(({ session }) => session.accountId)
    expect(setCookie.at(-1)).toContain(`; Max-Age=${14 * DAY};`)
    clock.advance(13 * DAY)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    clock.advance(4 * DAY)
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
  })

  test('in the format of Rails ends when it would have ended there', () => {
    const clock = new FakeClock()
    const rails = createSessions<Data>({
      name: '_session',
      format: railsFormat({ secretKeyBase: 'ab'.repeat(64), defaults: '8.1', expireAfter: '5d' }),
      clock: clock.now,
    })
    const { visitor } = setUp({ clock: clock.now, previousCookies: [previousCookie(rails)] })
    visitor.cookies.set('_session', rails.seal({ accountId: 7 }))
    clock.advance(4 * DAY)
    visitor.visit(({ session }) => expect(session.accountId).toBe(7))
    clock.advance(DAY)
    visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
  })
})
