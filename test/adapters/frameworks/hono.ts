import { getRequestListener } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { requireUser, session } from '../../../src/adapters/hono.ts'
import type { Admission, App, Call, Framework, Handler } from '../app.ts'
import { PRESET_RESPONSE } from '../preset.ts'

export const hono: Framework = {
  name: 'Hono 4',
  protocol: 'HTTP/1.1',
  cannot: {
    'the place that the framework has for a session takes no other, and says what to do instead':
      'what c.set puts there is for the handlers that follow, and sessions.of(c) stays what it is',
    'an async handler that answers and does not give the answer back answers once, with the cookie':
      'a handler answers by what it gives back',
    'a status that no server may send is a 500, and what was written is kept':
      '@hono/node-server hands it to Node where nobody catches what Node throws, and the process ends without us, too',
    'Secure follows X-Forwarded-Proto where the application trusts its proxy':
      'there is no setting to trust a proxy with; behind one, an application says cookie: { secure: true }',
  },
  mount(app) {
    const server = define(app)
    return getRequestListener((request) => server.fetch(request))
  },
}

function define({ sessions, routes, members, mounted = {}, errorPage }: App): Hono {
  const server = new Hono()
  for (const held of sessions) server.use(session(held))
  route(server, routes)
  for (const [path, inner] of Object.entries(mounted)) server.route(path, define(inner))
  if (members !== undefined) {
    server.use(requireUser(members.admission.identity, optionsOf(members.admission)))
    route(server, members.routes)
  }
  if (errorPage !== undefined) server.onError((error, c) => answer((call) => errorPage(call, error), c, c))
  return server
}

function route(server: Hono, routes: Readonly<Record<string, Handler>> = {}): void {
  for (const [path, handler] of Object.entries(routes)) server.all(path, (c) => answer(handler, c, c))
}

/**
 * Throws at once what the handler throws at once.
 *
 * @param request what a handler hands to `sessions.of`
 */
export function answer(handler: Handler, c: Context, request: object): Response | Promise<Response> {
  return handler(callOf(c, request)) as Response | Promise<Response> // as: the verbs below give nothing else
}

function callOf(c: Context, request: object): Call {
  return {
    request,
    get ownSession() {
      return c.get('session') as unknown // as: a context of any application
    },
    header: (name) => c.req.header(name),
    body: () => c.req.text(),
    setHeader: (name, value) => c.header(name, value),
    addCookie: (line) => c.header('Set-Cookie', line, { append: true }),
    text: (body, status = 200) => c.text(body, status as 200), // as: Hono has a type of all that there are
    json: (value) => c.json(value),
    redirect: (path) => c.redirect(path, 303),
    empty: (status) => c.body(null, status),
    preset: () => PRESET_RESPONSE,
    stream: (chunks) => c.body(ReadableStream.from(bytes(chunks))),
  }
}

async function* bytes(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new TextEncoder().encode(chunk)
}

function optionsOf({ signInPath, inOwnWords }: Admission): Parameters<typeof requireUser>[1] {
  if (inOwnWords === undefined) return { signInPath }
  return { deny: (_c, denial) => new Response(inOwnWords(denial), { status: denial.status }) }
}
