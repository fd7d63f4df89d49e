import { expect, test } from 'vitest'
import { session } from '../../src/adapters/web.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { Barrier } from '../support/barrier.ts'
import { EventLog, SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const request = (): Request => new Request('http://localhost/')

test('a request that touches nothing gets the very response of the handler', async () => {
  const answer = new Response('ok')
  expect(await session(sessions, () => answer)(request())).toBe(answer)
  expect([...answer.headers.keys()]).toEqual(['content-type'])
})

test('status, body and headers of the response stay, and what cannot be changed is copied', async () => {
  const answer = await session(sessions, (asked) => {
    sessions.of(asked).visits = 8
    return Object.freeze(Response.redirect('http://localhost/dashboard', 307))
  })(request())
  expect([answer.status, answer.headers.get('location')]).toEqual([307, 'http://localhost/dashboard'])
  expect(answer.headers.getSetCookie()).toHaveLength(1)
})

test('the outermost of two commits: whatever is between them may still write, and drop what the inner one answered', async () => {
  const inner = session(sessions, () => new Response(null, { status: 404 }))
  const outer = session(sessions, async (asked) => {
    const answered = await inner(asked)
    sessions.of(asked).visits = answered.status
    return new Response('the page for whatever is not there', { status: 404 })
  })
  const line = (await outer(request())).headers.getSetCookie()[0] ?? ''
  expect(sessions.open(line.split(/[=;]/)[1] ?? '')).toMatchObject({ ok: true, data: { visits: 404 } })
})

test('an error that leaves the handler is passed on, and nothing is written: whoever answers is outside', async () => {
  const store = new Barrier<SessionStore>(memoryStore())
  const inStore = createSessions<Data>({ name: 'session', secrets: [SECRET], store: store.target })
  const failing = (asked: Request): never => {
    inStore.of(asked).visits = 8
    throw new Error('handler failed')
  }
  expect(() => session(inStore, failing)(request())).toThrow('handler failed')
  await expect(session(inStore, async (asked) => Promise.resolve(asked).then(failing))(request())).rejects.toThrow(
    'handler failed',
  )
  expect(store.calls).toEqual([])
})

test.each([
  ['at once', () => undefined],
  ['later', () => Promise.resolve()],
])(
  'a page for an error, asked for with the same request, sends what the handler wrote that failed %s',
  async (_, wait) => {
    const handler = session(sessions, (asked, page?: string) => {
      if (page !== undefined) return new Response(`visits ${sessions.of(asked).visits}`, { status: 500 })
      sessions.of(asked).visits = 8
      const fail = (): never => {
        throw new Error('handler failed')
      }
      return wait()?.then(fail) ?? fail()
    })
    const asked = request()
    await expect((async () => handler(asked))()).rejects.toThrow('handler failed')
    const answer = await handler(asked, '/500')
    expect(await answer.text()).toBe('visits 8')
    expect(answer.headers.getSetCookie()).toHaveLength(1)
  },
)

test('a page in place of an answer, asked for with the same request, sends no second cookie', async () => {
  const handler = session(sessions, (asked, page?: string) => {
    if (page === undefined) sessions.of(asked).visits = 8
    return new Response(page, { status: 404 })
  })
  const asked = request()
  expect((await handler(asked)).headers.getSetCookie()).toHaveLength(1)
  expect((await handler(asked, '/404')).headers.getSetCookie()).toEqual([])
})

test('what a platform passes beside the request reaches the handler', async () => {
  const handler = session(sessions, (_request: Request, env: { region: string }) => new Response(env.region))
  expect(await (await handler(request(), { region: 'zrh' })).text()).toBe('zrh')
})

/** A request of Deno, which throws where it is asked after its connection became that of a WebSocket. */
function upgradable(): { asked: Request; upgrade: () => Response } {
  const asked = request()
  const upgrade = (): Response => {
    Object.defineProperty(asked, 'url', {
      get() {
        throw new TypeError('the request is closed')
      },
    })
    return Object.freeze(Object.defineProperty(new Response(), 'status', { value: 101 }))
  }
  return { asked, upgrade }
}

test.each([
  ['the cookie', undefined, ['unsent']],
  ['a store', memoryStore(), ['unsent']],
])(
  'a 101 passes as it is, whatever became of the session in %s; a cookie that cannot leave is an event',
  async (_, store, types) => {
    const log = new EventLog()
    const held = createSessions<Data>({ name: 'session', secrets: [SECRET], store, onEvent: log.hear })
    for (const write of [false, true]) {
      const { asked, upgrade } = upgradable()
      let begun: Response | undefined
      const answer = await session(held, (): Response => {
        const { visits = 7 } = held.of(asked)
        if (write) held.of(asked).visits = visits + 1
        begun = upgrade()
        return begun
      })(asked)
      expect(answer).toBe(begun)
      expect([...answer.headers.keys()]).toEqual([])
      expect(log.types).toEqual(write ? types : [])
      expect(() => (held.of(asked).visits = 9)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
      log.events.length = 0 // that write is an event, too
    }
  },
)

test('undefined passes as it is, as Bun wants it of what it has upgraded; and so does Response.error()', async () => {
  const nothing = session(sessions, (asked: Request): Response | undefined => {
    sessions.of(asked).visits = 8
    return undefined
  })
  expect(await nothing(request())).toBeUndefined()
  const failed = Response.error()
  const failing = session(sessions, (asked) => (void (sessions.of(asked).visits = 8), failed))
  expect(await failing(request())).toBe(failed)
})
