import { ResponseCookies } from '@edge-runtime/cookies'
import { parseSetCookie } from 'cookie'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { nextSessions, type NextFunctions, type NextSessions } from '../../src/adapters/next.ts'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions, SessionError, type Session } from '../../src/index.ts'
import { previousCookie } from '../../src/previous/index.ts'
import { railsFormat } from '../../src/rails/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { SlowStore, type Data } from '../support/slow-store.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { EventLog, FakeClock, SECRET } from '../support/visitor.ts'
import { NextRequest, thrownByNext } from './next-request.ts'

const clock = new FakeClock()
const log = new EventLog()
const real = createSessions<Data>({ name: 'session', secrets: [SECRET], clock: clock.now, onEvent: log.hear })
const DAY = 86_400

/** The request that Next is serving. An application has one such module for all of them. */
let current = new NextRequest()
const next: NextFunctions = {
  cookies: () => current.functions.cookies(),
  headers: () => current.functions.headers(),
  refresh: () => current.functions.refresh(),
}
const sessions = nextSessions(real, next)

const sealed = (visits: number): string => `session=${real.seal({ visits })}`
const raise = (session: Session<Data>): number => session.increment('visits')

/** What the cookie of those Set-Cookie lines holds. */
function carried(lines: readonly string[]): unknown {
  const line = lines.findLast((each) => each.startsWith('session=')) ?? ''
  const opened = real.open(line.slice('session='.length).split(';')[0] ?? '')
  return opened.ok ? opened.data : opened.reason
}

const REDIRECTS = [
  ['redirect()', 'NEXT_REDIRECT;push;/accounts;307;'],
  ['permanentRedirect()', 'NEXT_REDIRECT;replace;/a;b;308;'],
] as const

const DENIALS = [
  ['notFound()', 'NEXT_HTTP_ERROR_FALLBACK;404'],
  ['forbidden()', 'NEXT_HTTP_ERROR_FALLBACK;403'],
  ['unauthorized()', 'NEXT_HTTP_ERROR_FALLBACK;401'],
] as const

const ERRORS = [
  ['an error of the application', new Error('failed')],
  ['an error that Next gave a digest', thrownByNext('2338277133')],
  ['an interrupted prerendering', thrownByNext('NEXT_PRERENDER_INTERRUPTED')],
  ['what is no error', 'failed'],
] as const

describe('in a component', () => {
  test('read() gives the session, and a write throws at its line, with what to do', async () => {
    current = new NextRequest(sealed(7))
    const session = await sessions.read()
    expect(session.visits).toBe(7)
    const error = thrownBy(() => Reflect.set(session, 'visits', 8))
    expect(error.code).toBe('ERR_SESSION_READONLY')
    expect(error.message).toContain('in a server action or a route handler')
    expect(firstFrame(error)).toContain('next.test.ts')
  })

  test('a request reads its session once, and the next request its own', async () => {
    current = new NextRequest(sealed(7))
    const first = await sessions.read()
    expect(await sessions.read()).toBe(first)
    current = new NextRequest(sealed(8))
    expect((await sessions.read()).visits).toBe(8)
  })

  test('two cookies of the name are both tried, although cookies() knows the last one alone', async () => {
    for (const cookie of [`session=planted; ${sealed(7)}`, `${sealed(7)}; session=planted`]) {
      current = new NextRequest(cookie)
      expect((await sessions.read()).visits).toBe(7)
    }
  })

  test.each(['', 'a', 'session', 'session=', '; ;=', 'session=%E0%A4%A', 'a=%; session=%22"'])(
    'a Cookie header of %j is a session that is empty',
    async (cookie) => {
      current = new NextRequest(cookie)
      expect((await sessions.read()).isNew).toBe(true)
    },
  )

  test('what an action set is there when its page is rendered in the same request', async () => {
    current = new NextRequest(`theme=dark; session=planted; ${sealed(7)}`).act()
    await sessions.action(raise)()
    current.render()
    expect((await sessions.read()).visits).toBe(8)
  })

  test('what an action ended is gone when its page is rendered in the same request', async () => {
    current = new NextRequest(sealed(7)).act()
    await sessions.action((session) => session.destroy())()
    current.render()
    expect((await sessions.read()).refused).toBe('missing')
  })

  test('another cookie that an action set hides none of two sessions', async () => {
    current = new NextRequest(`${sealed(7)}; session=planted`).act()
    ;(await next.cookies()).set({ name: 'theme', value: 'a b' })
    current.render()
    expect((await sessions.read()).visits).toBe(7)
  })
})

describe('the time', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  test('is not asked of Date.now, which Next takes for something that the page shows', async () => {
    vi.stubEnv('NEXT_RUNTIME', 'nodejs')
    const before = Date.now()
    const asked = vi.spyOn(Date, 'now')
    const made = createSessions<Data>({ name: 'session', secrets: [SECRET] })
    const mine = nextSessions(made, next)
    current = new NextRequest(`session=${made.seal({ visits: 7 })}`)
    expect((await mine.read()).visits).toBe(7)
    expect(asked).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    expect(made.host.clock()).toBeGreaterThanOrEqual(before)
    expect(made.host.clock()).toBeLessThanOrEqual(Date.now())
  })
})

describe('an action', () => {
  test('that a page calls while it is rendered reads, and cannot write: the error is at its line', async () => {
    current = new NextRequest(sealed(7)).render()
    expect(await sessions.action((session) => session.visits)()).toBe(7)
    const error = await sessions
      .action(raise)()
      .then(undefined, (thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_SESSION_READONLY' })
  })

  describe('beside a previous cookie that has the name of the session', () => {
    const moved = createSessions<Data>({
      name: 'session',
      secrets: [SECRET],
      cookie: { domain: 'example.com' },
      previousCookies: [
        previousCookie({ name: 'session', open: () => ({ ok: false, reason: 'malformed' }) }),
        previousCookie({ name: 'session', cookie: { path: '/app' }, open: () => ({ ok: false, reason: 'malformed' }) }),
      ],
    })
    const mine = nextSessions(moved, next)
    const cookie = (): string => `session=${moved.seal({ visits: 7 })}; session=old`
    /** As browsers keep them apart, whatever blanks stand around the name. */
    const kept = (lines: readonly string[]): string[] =>
      lines
        .map((line) => {
          const { name, value = '', domain = 'none', path = '/' } = parseSetCookie(line)
          return `${name.trim()} ${domain} ${path} ${value === '' ? 'ended' : 'set'}`
        })
        .toSorted()

    test.each([
      ['set', 'ends both and sets its own', raise],
      ['ended', 'ends all of them', (session: Session<Data>) => session.destroy()],
    ])('%s: %s, in an action, in a redirect of a route and in its response', async (own, _, run) => {
      const all = ['session example.com / ' + own, 'session none / ended', 'session none /app ended'].toSorted()
      current = new NextRequest(cookie()).act()
      await mine.action(run)()
      expect(kept(current.lines)).toEqual(all)
      current.render()
      expect((await mine.read()).visits).toBe(own === 'set' ? 8 : undefined)

      current = new NextRequest(cookie()).act()
      const asked = (): Request => new Request('https://localhost/api', { headers: { cookie: cookie() } })
      const redirect = mine.route((session) => {
        run(session)
        throw thrownByNext('NEXT_REDIRECT;push;/;307;')
      })
      await expect(redirect(asked())).rejects.toThrow('NEXT_REDIRECT')
      expect(kept(current.lines)).toEqual(all)

      const response = await mine.route((session) => {
        run(session)
        return new Response()
      })(asked())
      // Next takes them apart by their names, to add what `cookies().set` was told.
      const { headers } = response
      const merged = new ResponseCookies(headers)
      merged.set('theme', 'dark')
      expect(kept(headers.getSetCookie())).toEqual([...all, 'theme none / set'])
    })
  })

  test('gets the session first and then its arguments, and gives what it gives', async () => {
    current = new NextRequest(sealed(7)).act()
    const action = sessions.action(async (session, before: { ok: boolean }, form: FormData) => {
      session.visits = Number(form.get('visits'))
      return { ...before, done: true }
    })
    const form = new FormData()
    form.set('visits', '20')
    expect(await action({ ok: false }, form)).toEqual({ ok: false, done: true })
    expect(carried(current.lines)).toEqual({ visits: 20 })
  })

  test('that writes nothing sends nothing', async () => {
    current = new NextRequest(sealed(7)).act()
    expect(await sessions.action((session) => session.visits)()).toBe(7)
    expect(current.lines).toEqual([])
  })

  test.each([...REDIRECTS, ...DENIALS])('that leaves by %s commits, and that error goes on', async (_, digest) => {
    current = new NextRequest(sealed(7)).act()
    const way = thrownByNext(digest)
    const action = sessions.action((session) => {
      raise(session)
      throw way
    })
    await expect(action()).rejects.toBe(way)
    expect(carried(current.lines)).toEqual({ visits: 8 })
  })

  test.each(ERRORS)('that throws %s commits nothing, and that error goes on', async (_, error) => {
    current = new NextRequest(sealed(7)).act()
    const action = sessions.action(async (session) => {
      raise(session)
      throw error
    })
    await expect(action()).rejects.toBe(error)
    expect(current.lines).toEqual([])
  })

  test('that another action calls is a part of it, and so is what reads there', async () => {
    current = new NextRequest(sealed(7)).act()
    const inner = sessions.action(async (session, by: number) => session.increment('visits', by))
    const outer = sessions.action(async (session) => {
      raise(session)
      await Promise.all([inner(10), inner(100)])
      expect((await sessions.read()).visits).toBe(118)
      return raise(session)
    })
    expect(await outer()).toBe(119)
    expect(carried(current.lines)).toEqual({ visits: 119 })
  })

  test('after another one in the same request goes on from there, and so does what reads between them', async () => {
    current = new NextRequest(sealed(7)).act()
    expect((await sessions.read()).visits).toBe(7)
    await sessions.action(raise)()
    expect((await sessions.read()).visits).toBe(8)
    await sessions.action(raise)()
    expect(carried(current.lines)).toEqual({ visits: 9 })
  })

  test('that writes when it has returned gets ERR_SESSION_SENT', async () => {
    current = new NextRequest(sealed(7)).act()
    let late: Promise<number> | undefined
    await sessions.action((session) => {
      late = nextTurn().then(() => raise(session))
    })()
    await expect(late).rejects.toMatchObject({ code: 'ERR_SESSION_SENT' })
  })

  test('sets the cookie with its attributes, and ends it with the same ones', async () => {
    const strict = createSessions<Data>({
      name: 'session',
      secrets: [SECRET],
      cookie: { path: '/app', domain: 'example.com', sameSite: 'strict', partitioned: true, priority: 'high' },
    })
    const mine = nextSessions(strict, next)
    current = new NextRequest().act()
    await mine.action((session) => {
      raise(session)
      session.renew({ persistent: true })
    })()
    const ATTRIBUTES = '; Path=/app; '
    const others = ['Domain=example.com', 'HttpOnly', 'Secure', 'SameSite=strict', 'Partitioned', 'Priority=high']
    const [line = ''] = current.lines
    expect(line).toContain(ATTRIBUTES)
    expect(line.split('; ')).toEqual(expect.arrayContaining([...others, `Max-Age=${14 * DAY}`]))
    current = new NextRequest(line.split(';')[0]).act()
    await mine.action((session) => session.destroy())()
    const [end = ''] = current.lines
    expect(end).toMatch(/^session=; Path=\/app; /)
    expect(end.split('; ')).toEqual(
      expect.arrayContaining([...others, 'Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT']),
    )
  })

  test.each([
    ['https', true],
    ['https, http', true],
    ['http', false],
  ])('behind a proxy that says %s, Secure is %s', async (protocol, secure) => {
    current = new NextRequest('', { 'x-forwarded-proto': protocol }).act()
    await sessions.action(raise)()
    expect(current.lines[0]?.includes('; Secure')).toBe(secure)
  })

  test('a cookie in the format of Rails leaves escaped once, as Rails writes it, and comes back', async () => {
    const rails = createSessions<Data & { note: string }>({
      name: '_shop_session',
      format: railsFormat({ secretKeyBase: 'f'.repeat(128), defaults: '8.1' }),
    })
    const mine = nextSessions(rails, next)
    // Padding, + and / are what Rails escapes: of so many messages some have each.
    for (let length = 0; length < 24; length++) {
      current = new NextRequest().act()
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      await mine.action((session) => void (session.note = 'x'.repeat(length)))()
      const [pair = ''] = (current.lines[0] ?? '').split(';')
      expect(pair).toMatch(/^_shop_session=(?:[\w-]|%2B|%2F|%3D)+$/)
      expect(rails.read(pair).note).toBe('x'.repeat(length))
      current.render()
      // oxlint-disable-next-line no-await-in-loop -- it reads what this very request wrote
      expect((await mine.read()).note).toBe('x'.repeat(length))
    }
  })

  test('that ends a session whose record cannot be ended rejects, and the visitor is signed in as before', async () => {
    const own = createSessions<Data>({ name: 'session', secrets: [SECRET] })
    const mine = nextSessions(own, next)
    const registry = sqliteRegistry(new DatabaseSync(':memory:'))
    await registry.migrate()
    let isDown = false
    const end: typeof registry.end = async (...asked) => {
      if (isDown) throw new Error('ECONNREFUSED')
      return registry.end(...asked)
    }
    const verify = userSessions({ ...registry, end })
    const identity = createIdentity({ sessions: own, verify, loadUser: (id: number) => ({ id }) })
    current = new NextRequest().act()
    await mine.action((session) => identity.signIn(session, 7))()
    const cookie = current.lines.at(-1)?.split(';')[0]
    const whoami = async () => identity.currentUser(await mine.read())
    const leave = mine.action((session) => session.destroy())
    const leaveByRoute = mine.route((session) => {
      session.destroy()
      return new Response('signed out')
    })
    isDown = true
    current = new NextRequest(cookie).act()
    await expect(leave()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(current.lines).toEqual([])
    const answer = await leaveByRoute(new Request('http://localhost/leave', { headers: { cookie: cookie ?? '' } }))
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, []])
    expect(await whoami()).toEqual({ id: 7 })
    isDown = false
    await leave()
    expect(current.lines.at(-1)).toMatch(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/)
    current = new NextRequest(cookie)
    expect(await whoami()).toBeNull()
  })

  test('with a store that does not answer rejects with ERR_STORE_UNAVAILABLE: before it runs, and after it', async () => {
    const store = new SlowStore({ loads: true })
    const mine = nextSessions(store.sessions, next)
    current = new NextRequest().act()
    const calls: string[] = []
    const action = mine.action((session) => {
      calls.push('run')
      raise(session)
      throw thrownByNext('NEXT_REDIRECT;push;/;307;')
    })
    const first = action()
    ;(await store.asked('load')).fail()
    await expect(first).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(calls).toEqual([])
    const second = action()
    ;(await store.asked('load')).fulfil()
    ;(await store.asked('commit')).fail()
    await expect(second).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(calls).toEqual(['run'])
    expect(current.lines).toEqual([])
  })

  describe('with sessions in a store', () => {
    const stored = createSessions<Data>({ name: 'session', secrets: [SECRET], store: memoryStore() })
    const mine: NextSessions<Data> = nextSessions(stored, next)
    const FETCH = { 'next-action': '7f' }

    test('sends its cookie whenever something changed, because Next forgets pages that it fetched ahead by a cookie', async () => {
      current = new NextRequest('', FETCH).act()
      await mine.action(raise)()
      const cookie = current.lines[0]?.split(';')[0]
      current = new NextRequest(cookie, FETCH).act()
      await mine.action(raise)()
      expect(current.lines).toHaveLength(1)
      expect((await stored.load(current.lines[0]?.split(';')[0])).visits).toBe(2)
      current.render()
      expect((await mine.read()).visits).toBe(2)
    })

    test('sends nothing where it only reads', async () => {
      current = new NextRequest('', FETCH).act()
      await mine.action(raise)()
      current = new NextRequest(current.lines[0]?.split(';')[0], FETCH).act()
      expect(await mine.action((session) => session.visits)()).toBe(1)
      expect([current.lines, current.refreshed]).toEqual([[], 0])
    })

    test('has the page rendered again where the session was ended meanwhile, and no cookie says so', async () => {
      current = new NextRequest('', FETCH).act()
      await mine.action(raise)()
      const cookie = current.lines[0]?.split(';')[0] ?? ''
      current = new NextRequest(cookie, FETCH).act()
      await mine.action(async (session) => {
        raise(session)
        await mine.proxy({ next: () => new Response() }, (other) => other.destroy())(
          new Request('http://localhost/', { headers: { cookie } }),
        )
      })()
      expect([current.lines, current.refreshed]).toEqual([[], 1])
    })

    test('asks for no page where none is rendered again: without JavaScript, and in a route handler', async () => {
      current = new NextRequest().act()
      await mine.action(raise)()
      current = new NextRequest(current.lines[0]?.split(';')[0]).act()
      await mine.action(raise)()
      expect(current.refreshed).toBe(0)
    })
  })
})

describe('a route handler', () => {
  const ask = (cookie = sealed(7)): Request => {
    current = new NextRequest(cookie).act()
    return new Request('http://localhost/api', { headers: { cookie } })
  }

  test('gets the session first, then the request and what comes with it; the response carries the cookie', async () => {
    const route = sessions.route(async (session, request, { params }: { params: Promise<{ id: string }> }) => {
      session.visits = Number((await params).id)
      return Response.json(new URL(request.url).pathname)
    })
    const response = await route(ask(), { params: Promise.resolve({ id: '20' }) })
    expect(await response.json()).toBe('/api')
    expect(carried(response.headers.getSetCookie())).toEqual({ visits: 20 })
    expect([response.headers.get('vary'), response.headers.get('cache-control')]).toEqual(['Cookie', 'no-store'])
  })

  test.each(REDIRECTS)('that leaves by %s commits, and Next gets the cookie and the error', async (_, digest) => {
    const thrown = thrownByNext(digest)
    const asked = ask()
    const route = sessions.route((session) => {
      raise(session)
      throw thrown
    })
    await expect(route(asked)).rejects.toBe(thrown)
    expect(carried(current.lines)).toEqual({ visits: 8 })
  })

  test.each(DENIALS)('that leaves by %s commits, and answers with that status', async (_, digest) => {
    const response = await sessions.route((session) => {
      raise(session)
      throw thrownByNext(digest)
    })(ask())
    expect(`${digest.split(';')[0]};${response.status}`).toBe(digest)
    expect(carried(response.headers.getSetCookie())).toEqual({ visits: 8 })
  })

  test.each(ERRORS)('that throws %s commits nothing, and that error goes on', async (_, error) => {
    const asked = ask()
    const route = sessions.route((session) => {
      raise(session)
      throw error
    })
    await expect(route(asked)).rejects.toBe(error)
    expect(current.lines).toEqual([])
  })

  test('may call an action, which is then a part of it', async () => {
    const action = sessions.action(raise)
    const route = sessions.route(async (session) => {
      raise(session)
      await action()
      return Response.json((await sessions.read()).visits)
    })
    const response = await route(ask())
    expect(await response.json()).toBe(9)
    expect(carried(response.headers.getSetCookie())).toEqual({ visits: 9 })
    expect(current.lines).toEqual([])
  })

  test('whose stream writes late gets ERR_SESSION_SENT', async () => {
    const route = sessions.route(
      (session) =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await nextTurn()
              controller.enqueue(Buffer.from(thrownBy(() => raise(session)).code))
              controller.close()
            },
          }),
        ),
    )
    expect(await (await route(ask())).text()).toBe('ERR_SESSION_SENT')
  })

  test.each(['http://localhost/api/static', 'http://localhost/api/static/1'])(
    'that Next renders once for everybody is an error that names it, %s, and does not run',
    async (url) => {
      current = new NextRequest().render()
      let runs = 0
      const route = sessions.route(() => Response.json((runs += 1)))
      const error = await route(new Request(url)).then(undefined, (thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'ERR_OPTIONS' })
      expect(String(error)).toContain(`The route handler of ${new URL(url).pathname} uses a session`)
      expect(String(error)).toContain('force-static')
      expect(runs).toBe(0)
    },
  )

  test('to which an action redirects is left to the browser: of what Next asks itself it drops the cookies', async () => {
    current = new NextRequest(sealed(7)).act()
    let runs = 0
    const route = sessions.route((session) => Response.json((runs += raise(session))))
    const headers = { cookie: sealed(7), 'x-action-redirect': '/api;push' }
    const response = await route(new Request('http://localhost/api', { headers }))
    expect([response.status, response.headers.getSetCookie(), current.lines, runs]).toEqual([204, [], [], 0])
  })

  test('gets its cookie onto a copy: a response that is made once stays as it is', async () => {
    const shared = new Response(null, { status: 204 })
    const route = sessions.route((session) => {
      if (!session.isNew) raise(session)
      return shared
    })
    expect((await route(ask())).headers.getSetCookie()).toHaveLength(1)
    expect((await route(ask('theme=dark'))).headers.getSetCookie()).toEqual([])
    expect([shared.headers.getSetCookie(), shared.headers.get('cache-control')]).toEqual([[], null])
  })

  test('answers 503 where what it asks itself does not answer', async () => {
    const route = sessions.route(() => {
      throw new SessionError('ERR_STORE_UNAVAILABLE', 'The registry did not answer.', { kind: 'system' })
    })
    expect((await route(ask())).status).toBe(503)
  })

  test.each(['load', 'commit'] as const)('answers 503 where the store fails to %s, a redirect too', async (when) => {
    const store = new SlowStore({ loads: true })
    const route = nextSessions(store.sessions, next).route((session) => {
      raise(session)
      throw thrownByNext('NEXT_REDIRECT;push;/;307;')
    })
    const answered = route(ask())
    const load = await store.asked('load')
    if (when === 'load') load.fail()
    else {
      load.fulfil()
      ;(await store.asked('commit')).fail()
    }
    const response = await answered
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect([...response.headers.getSetCookie(), ...current.lines]).toEqual([])
  })
})

describe('the proxy', () => {
  /** `NextResponse.next()`: a response, and the request that goes on to the page. */
  let goesOn: Headers | undefined
  let received = new Headers()
  const responses = {
    next({ headers, request }: { headers: Headers; request?: { headers: Headers } }): Response {
      goesOn = request?.headers ?? received
      return new Response(null, { headers })
    },
  }
  const ask = (cookie: string): Request => {
    goesOn = undefined
    received = new Headers({ cookie, accept: 'text/html' })
    return new Request('http://localhost/', { headers: received })
  }

  test('lets a request through as it came where nothing is due', async () => {
    const cookie = `a=1; ${sealed(7)}`
    const response = await sessions.proxy(responses)(ask(cookie))
    expect(response.headers.getSetCookie()).toEqual([])
    expect(goesOn).toBe(received)
  })

  test('keeps a session alive for the browser and for the page, whatever else came', async () => {
    const cookie = sealed(7)
    clock.advance(13 * DAY)
    const response = await sessions.proxy(responses)(ask(`a=1; ${cookie}; session=planted; b=2`))
    const [line = ''] = response.headers.getSetCookie()
    expect([...(goesOn ?? [])]).toEqual([
      ['accept', 'text/html'],
      ['cookie', `a=1; b=2; ${line.split(';')[0]}`],
    ])
    clock.advance(2 * DAY)
    expect(real.read(cookie).refused).toBe('expired-idle')
    current = new NextRequest(goesOn?.get('cookie') ?? '')
    expect((await sessions.read()).visits).toBe(7)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('gives what its guard answers in place of the page, with the cookie', async () => {
    const proxy = sessions.proxy(responses, async (session, request) => {
      session.flash.notice = 'Sign in first'
      return Response.redirect(new URL('/sign-in', request.url), 303)
    })
    const response = await proxy(ask(sealed(7)))
    expect([response.status, response.headers.get('location')]).toEqual([303, 'http://localhost/sign-in'])
    expect(carried(response.headers.getSetCookie())).toMatchObject({ visits: 7, flash: { notice: 'Sign in first' } })
    expect(goesOn).toBeUndefined()
  })

  test('that ends a session leaves the page none', async () => {
    const proxy = sessions.proxy(responses, (session) => session.destroy())
    const response = await proxy(ask(`${sealed(7)}; a=1`))
    expect(response.headers.getSetCookie()[0]).toContain('Max-Age=0')
    expect(goesOn?.get('cookie')).toBe('a=1')
  })

  test('that renews a session in a store gives the page the new ticket: the old one opens nothing any more', async () => {
    const stored = createSessions<Data>({ name: 'session', secrets: [SECRET], store: memoryStore() })
    const mine = nextSessions(stored, next)
    current = new NextRequest().act()
    await mine.action(raise)()
    const cookie = current.lines[0]?.split(';')[0] ?? ''
    await mine.proxy(responses, (session) => session.renew())(ask(cookie))
    expect((await stored.load(cookie)).refused).toBe('not-found')
    expect((await stored.load(goesOn?.get('cookie'))).visits).toBe(1)
  })

  describe('where Next itself asks for the page that an action redirects to, and drops the cookies', () => {
    const askAsNext = (cookie: string): Request => {
      const asked = ask(cookie)
      asked.headers.set('x-action-redirect', '/accounts;push')
      return asked
    }

    test('has the browser ask for what its guard wrote to', async () => {
      const proxy = sessions.proxy(responses, (session) => void (session.flash.notice = 'Choose an account'))
      const response = await proxy(askAsNext(sealed(7)))
      expect([response.status, response.headers.getSetCookie(), goesOn]).toEqual([204, [], undefined])
      const browser = await proxy(ask(sealed(7)))
      expect(carried(browser.headers.getSetCookie())).toMatchObject({ flash: { notice: 'Choose an account' } })
    })

    test('lets it through where its guard only read, and keeps nothing alive', async () => {
      const cookie = sealed(7)
      clock.advance(13 * DAY)
      const response = await sessions.proxy(responses)(askAsNext(cookie))
      expect([response.status, response.headers.getSetCookie()]).toEqual([200, []])
      expect(goesOn).toBe(received)
    })
  })

  test.each(['next-action', 'next-router-prefetch'])(
    'keeps nothing alive for a request with %s: an action commits by itself, and nobody looks at a page that is fetched ahead',
    async (header) => {
      const cookie = sealed(7)
      clock.advance(13 * DAY)
      const asked = ask(cookie)
      asked.headers.set(header, '1')
      expect((await sessions.proxy(responses)(asked)).headers.getSetCookie()).toEqual([])
      const again = ask(cookie)
      again.headers.set(header, '1')
      const written = await sessions.proxy(responses, (session) => void raise(session))(again)
      expect(carried(written.headers.getSetCookie())).toEqual({ visits: 8 })
    },
  )

  test('answers 503 where the store does not answer', async () => {
    const store = new SlowStore({ loads: true })
    const answered = nextSessions(store.sessions, next).proxy(responses)(ask(''))
    ;(await store.asked('load')).fail()
    expect((await answered).status).toBe(503)
    expect(goesOn).toBeUndefined()
  })
})
