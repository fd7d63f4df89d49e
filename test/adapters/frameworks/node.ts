import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { requireUser, session } from '../../../src/adapters/node.ts'
import type { Admission, App, Call, Framework, Handler, Sent } from '../app.ts'
import { PRESET } from '../preset.ts'

export const node: Framework = {
  name: 'node:http',
  protocol: 'HTTP/1.1',
  cannot: {
    'the place that the framework has for a session takes no other, and says what to do instead':
      'a request of Node has no such place',
    'sessions.of gives the very session that the framework has a place of its own for':
      'a request of Node has no such place',
    'of two sessions, the first has the place that the framework has for one': 'a request of Node has no such place',
    'Secure follows X-Forwarded-Proto where the application trusts its proxy':
      'there is no setting to trust a proxy with; behind one, an application says cookie: { secure: true }',
  },
  mount: listenerOf,
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** The application in the middle of its sessions, with an answer for what it throws. */
function listenerOf(app: App): RequestListener {
  const serve = serving(app, '')
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await serve(request, response)
    } catch (error) {
      if (app.errorPage !== undefined) await app.errorPage(callOf(request, response), error)
      else if (response.headersSent) response.destroy()
      else response.writeHead(500).end('Internal Server Error')
    }
  }
  return (request, response) => void answer(request, response)
}

function serving({ sessions, routes = {}, members, mounted = {} }: App, below: string): Listener {
  const apps = Object.entries(mounted).map(([path, inner]) => [below + path, serving(inner, below + path)] as const)
  const admitted =
    members &&
    Object.entries(members.routes).map(([path, handler]) => [path, guard(members.admission, handler)] as const)
  const membersOnly = new Map(admitted)
  const route: Listener = (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const handler = routes[path.slice(below.length)]
    if (handler !== undefined) return handler(callOf(request, response))
    const listener = membersOnly.get(path) ?? apps.find(([prefix]) => path.startsWith(`${prefix}/`))?.[1]
    return listener === undefined ? response.writeHead(404).end() : listener(request, response)
  }
  return sessions.reduceRight((inner, held) => session(held, inner), route)
}

function guard({ identity, signInPath, inOwnWords }: Admission, handler: Handler): Listener {
  return requireUser(
    identity,
    (request: IncomingMessage, response: ServerResponse) => handler(callOf(request, response)),
    inOwnWords === undefined
      ? { signInPath }
      : { deny: (_request, response, denial) => response.writeHead(denial.status).end(inOwnWords(denial)) },
  )
}

function callOf(request: IncomingMessage, response: ServerResponse): Call {
  const send = (status: number, type: string, body: string): Sent => {
    response.setHeader('Content-Type', type)
    return response.writeHead(status).end(body)
  }
  return {
    request,
    header: (name) => [request.headers[name]].flat()[0],
    body: () => text(request),
    setHeader: (name, value) => void response.setHeader(name, value),
    addCookie: (line) => void response.appendHeader('Set-Cookie', line),
    text: (body, status = 200) => send(status, 'text/plain', body),
    json: (value) => send(200, 'application/json', JSON.stringify(value)),
    redirect: (path) => response.writeHead(303, { Location: path }).end(),
    empty: (status) => response.writeHead(status).end(),
    preset: () => response.writeHead(204, PRESET).end(),
    stream: (chunks) => pipeline(Readable.from(chunks), response, () => {}),
  }
}
