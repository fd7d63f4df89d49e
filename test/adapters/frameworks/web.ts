import type { RequestListener } from 'node:http'
import { toNodeHandler } from 'srvx/node'
import { requireUser, session } from '../../../src/adapters/web.ts'
import type { Admission, App, Call, Framework, Handler } from '../app.ts'
import { PRESET_RESPONSE } from '../preset.ts'

/** As Node has it: @hono/node-server puts another one in its place for the whole process, which looks at nothing. */
const { Response: OwnResponse } = globalThis

export const web: Framework = {
  name: 'web',
  protocol: 'HTTP/1.1',
  cannot: {
    'the place that the framework has for a session takes no other, and says what to do instead':
      'a Request has no such place',
    'an async handler that answers and does not give the answer back answers once, with the cookie':
      'a handler answers by what it gives back',
    'sessions.of gives the very session that the framework has a place of its own for': 'a Request has no such place',
    'of two sessions, the first has the place that the framework has for one': 'a Request has no such place',
  },
  // as: of a server that speaks HTTP/1.1
  mount: (app) => toNodeHandler(served(serving(app, '')), { trustProxy: app.trustsProxy === true }) as RequestListener,
}

export type Fetch = (request: Request) => Response | Promise<Response>

/** As servers do by themselves, and this one does not: what `fetch` throws is a 500. */
function served(fetch: Fetch): Fetch {
  return async (request) => {
    try {
      return await fetch(request)
    } catch {
      return new Response('Internal Server Error', { status: 500 })
    }
  }
}

function serving(app: App, below: string): Fetch {
  const { routes = {}, members, mounted = {} } = app
  const inner = Object.entries(mounted).map(([path, it]) => [below + path, serving(it, below + path)] as const)
  const route: Fetch = async (request) => {
    const { pathname } = new URL(request.url)
    const handler = routes[pathname.slice(below.length)]
    if (handler !== undefined) return answer(handler, request)
    const member = members?.routes[pathname]
    if (members !== undefined && member !== undefined)
      return guard(members.admission, () => answer(member, request))(request)
    const fetch = inner.find(([prefix]) => pathname.startsWith(`${prefix}/`))?.[1]
    return fetch?.(request) ?? new Response(null, { status: 404 })
  }
  // In the middle of the sessions, because what answers outside of them has nothing to do with them.
  const serve: Fetch = async (request) => {
    try {
      return await route(request)
    } catch (error) {
      const { errorPage } = app
      if (errorPage !== undefined) return answer((call) => errorPage(call, error), request)
      return new Response('Internal Server Error', { status: 500 })
    }
  }
  return app.sessions.reduceRight((fetch, held) => session(held, fetch), serve)
}

async function answer(handler: Handler, request: Request): Promise<Response> {
  return (await handler(callOf(request))) as Response // as: the verbs below give nothing else
}

export function guard({ identity, signInPath, inOwnWords }: Admission, handler: Fetch): Fetch {
  return requireUser(
    identity,
    handler,
    inOwnWords === undefined
      ? { signInPath }
      : { deny: (_request, denial) => new Response(inOwnWords(denial), { status: denial.status }) },
  )
}

function callOf(request: Request): Call {
  const headers = new Headers()
  return {
    request,
    header: (name) => request.headers.get(name) ?? undefined,
    body: () => request.text(),
    setHeader: (name, value) => headers.set(name, value),
    addCookie: (line) => headers.append('set-cookie', line),
    text: (body, status = 200) => new OwnResponse(body, { status, headers }),
    json: (value) => Response.json(value, { headers }),
    redirect: (path) => Response.redirect(new URL(path, request.url), 303),
    empty: (status) => new Response(null, { status, headers }),
    preset: () => PRESET_RESPONSE,
    stream: (chunks) => new Response(ReadableStream.from(bytes(chunks)), { headers }),
  }
}

async function* bytes(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new TextEncoder().encode(chunk)
}
