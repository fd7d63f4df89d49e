import { expect, test } from 'vitest'
import { session } from '../../src/adapters/web.ts'
import { createSessions, type SessionError } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'

interface Data {
  visits: number
}

const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
const sealed = sessions.seal({ visits: 7 })

function request(url = 'http://localhost/', init: RequestInit = {}): Request {
  return new Request(url, { ...init, headers: { cookie: `session=${sealed}` } })
}

function write(asked: Request): void {
  const held = sessions.of(asked)
  held.visits = (held.visits ?? 0) + 1
}

function carried(response: Response): unknown {
  const line = response.headers.getSetCookie().find((cookie) => cookie.startsWith('session='))
  const opened = sessions.open(line?.slice('session='.length).split(';')[0] ?? '')
  return opened.ok ? opened.data : opened.reason
}

test('a changed session leaves with the response, whose body and status stay', async () => {
  const response = await session(sessions, (asked) => {
    write(asked)
    return Response.json({ ok: true }, { status: 201, headers: { 'Set-Cookie': 'a=1', Vary: 'Origin' } })
  })(request())
  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({ ok: true })
  expect(carried(response)).toEqual({ visits: 8 })
  expect(response.headers.getSetCookie()).toContain('a=1')
  expect(response.headers.get('vary')).toBe('Origin, Cookie')
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('a request that touches nothing gets the very response of the handler', async () => {
  const answer = new Response('ok')
  expect(await session(sessions, () => answer)(request())).toBe(answer)
  expect([...answer.headers.keys()]).toEqual(['content-type'])
})

test('responses that cannot be changed carry the session too: redirects and fetched ones', async () => {
  const immutable = Response.redirect('http://localhost/dashboard', 303)
  const response = await session(sessions, (asked) => {
    write(asked)
    return immutable
  })(request())
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe('http://localhost/dashboard')
  expect(carried(response)).toEqual({ visits: 8 })
})

test.each([204, 304])('a response without a body works: %i', async (status) => {
  const response = await session(sessions, (asked) => {
    write(asked)
    return new Response(null, { status })
  })(request())
  expect(response.status).toBe(status)
  expect(carried(response)).toEqual({ visits: 8 })
})

test('HEAD works', async () => {
  const response = await session(sessions, (asked) => {
    write(asked)
    return new Response(null)
  })(request(undefined, { method: 'HEAD' }))
  expect(carried(response)).toEqual({ visits: 8 })
})

test('a stream that is still running can read, and writing throws ERR_SESSION_SENT', async () => {
  let thrown: unknown
  const response = await session(sessions, (asked) => {
    write(asked)
    const encoder = new TextEncoder()
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise(setImmediate)
          try {
            write(asked)
          } catch (error) {
            thrown = error
          }
          controller.enqueue(encoder.encode(`visits ${sessions.of(asked).visits}`))
          controller.close()
        },
      }),
    )
  })(request())
  expect(await response.text()).toBe('visits 8')
  expect((thrown as SessionError).code).toBe('ERR_SESSION_SENT') // as: the expectation says so
  expect(carried(response)).toEqual({ visits: 8 })
})

test('an error of the handler is passed on', async () => {
  const failing = session(sessions, (asked) => {
    write(asked)
    throw new Error('handler failed')
  })
  await expect(failing(request())).rejects.toThrow('handler failed')
})

test('an application that is mounted in another one, both with sessions, commits once, with what both wrote', async () => {
  const mounted = session(sessions, (asked) => {
    write(asked)
    return new Response('mounted')
  })
  const response = await session(sessions, async (asked) => {
    const answer = await mounted(asked)
    write(asked)
    return answer
  })(request())
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(carried(response)).toEqual({ visits: 9 })
})

test('a page for an error, asked for with the same request, sends what the handler wrote that failed', async () => {
  const asked = request()
  const handler = session(sessions, (again, page?: string) => {
    if (page !== undefined) return new Response(`visits ${sessions.of(again).visits}`, { status: 500 })
    write(again)
    throw new Error('handler failed')
  })
  await expect(handler(asked)).rejects.toThrow('handler failed')
  const response = await handler(asked, '/500')
  expect(await response.text()).toBe('visits 8')
  expect(carried(response)).toEqual({ visits: 8 })
})

test('a page that a framework puts in place of a response, asked for with the same request, sends no second cookie', async () => {
  const asked = request()
  const handler = session(sessions, (again, page?: string) => {
    if (page === undefined) write(again)
    return new Response(page, { status: 404 })
  })
  expect(carried(await handler(asked))).toEqual({ visits: 8 })
  expect((await handler(asked, '/404')).headers.getSetCookie()).toEqual([])
})

test('Secure follows the URL', async () => {
  const handler = session(sessions, (asked) => {
    write(asked)
    return new Response('ok')
  })
  const [http] = (await handler(request('http://localhost/'))).headers.getSetCookie()
  const [https] = (await handler(request('https://localhost/'))).headers.getSetCookie()
  expect(http).not.toContain('Secure')
  expect(https).toContain('; Secure')
})

test('what a platform passes beside the request reaches the handler', async () => {
  const handler = session(sessions, (_request: Request, env: { region: string }) => new Response(env.region))
  expect(await (await handler(request(), { region: 'zrh' })).text()).toBe('zrh')
})

test('cookies of the jar leave with the response', async () => {
  const response = await session(sessions, (asked) => {
    sessions.jar(asked).signed.set('device', { id: 7 })
    return new Response('ok')
  })(request())
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^device=/)])
  expect(response.headers.has('cache-control')).toBe(false)
})
