import { parseSetCookie } from 'cookie'
import { expect } from 'vitest'
import { scenario, type Scenario } from '../scenario.ts'

/** What a session is, from one request to the next. */
export const SESSION: readonly Scenario[] = [
  scenario('what one request writes the next one reads, nested values too', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => {
        session.userId = 7
        session.cart = [{ id: 3, qty: 1 }]
        session.cart.push({ id: 4, qty: 2 })
      }),
      '/more': world.does((session) => session.cart?.push({ id: 5, qty: 1 })),
      '/read': world.shows(),
    })
    await browser.post('/write')
    await browser.post('/more')
    const cart = [
      { id: 3, qty: 1 },
      { id: 4, qty: 2 },
      { id: 5, qty: 1 },
    ]
    expect(await browser.json('/read')).toEqual({ userId: 7, cart })
  }),

  scenario('sessions.of gives the very session that the framework has a place of its own for', async (world) => {
    const browser = await world.open({
      '/': (call) => call.json({ isSame: call.ownSession === world.sessions.of(call.request) }),
    })
    expect(await browser.json('/')).toEqual({ isSame: true })
  }),

  scenario(
    'the place that the framework has for a session takes no other, and says what to do instead',
    async (world) => {
      const thrown: unknown[] = []
      const browser = await world.open({
        '/write': world.writes((call) => call.text('ok')),
        '/assign': (call) => {
          for (const value of [null, undefined, { userId: 8 }]) {
            try {
              call.setOwnSession?.(value)
            } catch (error) {
              thrown.push(error)
            }
          }
          return call.json({ ...world.sessions.of(call.request) })
        },
      })
      await browser.post('/write')
      expect(await browser.json('/assign')).toEqual({ userId: 7 })
      const refused = {
        code: 'ERR_SESSION_VALUE',
        message: expect.stringMatching(/destroy\(\).*reset\(\).*Object\.assign/),
      }
      expect(thrown).toMatchObject([refused, refused, refused])
    },
  ),

  scenario(
    'a callback is refused at its line: what session.destroy() and its like do is done when they return',
    async (world) => {
      const thrown: unknown[] = []
      const browser = await world.open({
        '/': world.writes((call) => {
          const session = world.sessions.of(call.request)
          for (const verb of ['destroy', 'reset', 'renew', 'touch'] as const) {
            try {
              Reflect.apply(session[verb], session, [() => {}])
            } catch (error) {
              thrown.push(error)
            }
          }
          return call.text('ok')
        }),
        '/read': world.shows(),
      })
      await browser.post('/')
      expect(thrown).toMatchObject(Array.from({ length: 4 }, () => ({ code: 'ERR_OPTIONS' })))
      expect(await browser.json('/read')).toEqual({ userId: 7 })
    },
  ),

  scenario('a request that touches no session gets no header of ours', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => (session.userId = 7)),
      '/file': (call) => call.text('the same for everybody'),
    })
    await browser.post('/write')
    const { setCookie, headers } = await browser.ask('/file')
    expect(setCookie).toEqual([])
    expect(headers.get('vary')).toBeNull()
    expect(headers.get('cache-control')).toBeNull()
  }),

  scenario('a request that only reads is answered with Vary: Cookie, and no cookie', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => (session.userId = 7)),
      '/read': world.shows(),
    })
    await browser.post('/write')
    const { setCookie, headers } = await browser.ask('/read')
    expect(setCookie).toEqual([])
    expect(headers.get('vary')).toBe('Cookie')
    expect(headers.get('cache-control')).toBeNull()
  }),

  scenario('a new visitor whose session is read and not written gets no cookie', async (world) => {
    const browser = await world.open({
      '/': (call) => call.json({ isNew: world.sessions.of(call.request).isNew }),
    })
    const { setCookie, headers, body } = await browser.ask('/')
    expect(JSON.parse(body)).toEqual({ isNew: true })
    expect(setCookie).toEqual([])
    expect(headers.get('vary')).toBe('Cookie')
  }),

  scenario('an answer that sets the cookie is kept out of caches', async (world) => {
    const browser = await world.open({ '/write': world.does((session) => (session.userId = 7)) })
    const { headers } = await browser.post('/write')
    expect(headers.get('vary')).toBe('Cookie')
    expect(headers.get('cache-control')).toBe('no-store')
  }),

  scenario('increment counts from one request to the next', async (world) => {
    const browser = await world.open({
      '/': (call) => call.text(`visit ${world.sessions.of(call.request).increment('visits')}`),
    })
    await browser.ask('/')
    expect(await browser.ask('/')).toMatchObject({ body: 'visit 2' })
  }),

  scenario('renew gives a new id, and everything else stays', async (world) => {
    const browser = await world.open({
      '/': (call) => {
        const session = world.sessions.of(call.request)
        return call.json({ ...session, id: session.id })
      },
      '/write': world.does((session) => (session.userId = 7)),
      '/renew': world.does((session) => {
        session.renew()
        session.note = 'privileged'
      }),
    })
    await browser.post('/write')
    const before = await browser.json('/')
    await browser.post('/renew')
    const after = await browser.json('/')
    expect(after).toEqual({ userId: 7, note: 'privileged', id: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(after.id).not.toBe(before.id)
    expect(world.log.types).toEqual(['renewed'])
  }),

  scenario('reset ends the session and goes on with an empty one under another id', async (world) => {
    const ids: string[] = []
    const browser = await world.open({
      '/write': world.does((session) => (ids.push(session.id), (session.userId = 7))),
      '/reset': world.does((session) => {
        session.reset()
        session.note = 'fresh'
      }),
      '/read': world.shows(),
      '/id': world.does((session) => ids.push(session.id)),
    })
    await browser.post('/write')
    await browser.post('/reset')
    expect(await browser.json('/read')).toEqual({ note: 'fresh' })
    await browser.ask('/id')
    expect(new Set(ids).size).toBe(2)
  }),

  scenario('destroy expires the cookie with the very attributes that it was set with', async (world) => {
    const cookie = { domain: 'example.com', path: '/', sameSite: 'strict', secure: true, partitioned: true } as const
    const sessions = world.createSessions({ cookie })
    const browser = await world.open(
      {
        '/write': world.does((session) => (session.userId = 7), sessions),
        '/destroy': world.does((session) => session.destroy(), sessions),
        '/read': world.shows(sessions),
      },
      { sessions: [sessions] },
    )
    const [set = ''] = (await browser.post('/write')).setCookie
    const [expired = ''] = (await browser.post('/destroy')).setCookie
    expect(parseSetCookie(expired)).toMatchObject({ value: '', maxAge: 0, expires: new Date(0) })
    const attributesOf = (line: string): object => ({ ...parseSetCookie(line), value: '', maxAge: 0, expires: 0 })
    expect(attributesOf(expired)).toEqual(attributesOf(set))
    expect(attributesOf(set)).toMatchObject({ ...cookie, httpOnly: true })
    expect(browser.cookies.size).toBe(0)
    expect(await browser.json('/read')).toEqual({})
  }),

  scenario('a write after destroy throws at that line, and the session is ended all the same', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => (session.userId = 7)),
      '/destroy': (call) => {
        const session = world.sessions.of(call.request)
        session.destroy()
        expect(() => (session.userId = 8)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_DESTROYED' }))
        return call.text('refused')
      },
      '/read': world.shows(),
    })
    await browser.post('/write')
    expect(await browser.post('/destroy')).toMatchObject({ status: 200, body: 'refused' })
    expect(browser.cookies.size).toBe(0)
    expect(await browser.json('/read')).toEqual({})
  }),

  scenario('"remember me" outlives the browser, and any other session does not', async (world) => {
    const browser = await world.open({
      '/write': world.does((session) => (session.userId = 7)),
      '/remember': world.does((session) => session.renew({ persistent: true })),
    })
    const [plain = ''] = (await browser.post('/write')).setCookie
    const [remembered = ''] = (await browser.post('/remember')).setCookie
    expect(parseSetCookie(plain)).not.toHaveProperty('maxAge')
    expect(parseSetCookie(remembered)).toMatchObject({ maxAge: 14 * 86_400 })
  }),
]
