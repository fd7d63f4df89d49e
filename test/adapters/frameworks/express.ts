import { pipeline, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import expressOf5, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express'
import expressOf4 from 'express4'
import { requireUser, session, type Denial } from '../../../src/adapters/express.ts'
import type { Admission, App, Call, Framework, Handler } from '../app.ts'
import { PRESET_HEADERS } from '../preset.ts'

export const express5: Framework = {
  name: 'Express 5',
  protocol: 'HTTP/1.1',
  mount: (app) => mount(app, expressOf5, (sent) => sent),
}

export const express4: Framework = {
  name: 'Express 4',
  protocol: 'HTTP/1.1',
  // It does not wait for promises: applications hand on themselves what one is rejected with.
  // oxlint-disable-next-line promise/no-callback-in-promise -- that is how
  mount: (app) => mount(app, expressOf4, (sent, next) => void Promise.resolve(sent).catch(next)),
}

type Settle = (sent: unknown, next: NextFunction) => unknown

function mount(app: App, express: typeof expressOf5, settle: Settle): Express {
  const server = express()
  server.set('env', 'test') // so that errors are not printed
  server.set('trust proxy', app.trustsProxy === true)
  const route = (routes: Readonly<Record<string, Handler>> = {}): void => {
    for (const [path, handler] of Object.entries(routes))
      server.all(path, (req, res, next) => settle(handler(callOf(req, res)), next))
  }
  for (const sessions of app.sessions) server.use(session(sessions))
  route(app.routes)
  for (const [path, inner] of Object.entries(app.mounted ?? {})) server.use(path, mount(inner, express, settle))
  if (app.members !== undefined) {
    server.use(requireUser(app.members.admission.identity, optionsOf(app.members.admission)))
    route(app.members.routes)
  }
  const { errorPage } = app
  const handleErrors: ErrorRequestHandler = (error, req, res, _next) => errorPage?.(callOf(req, res), error)
  if (errorPage !== undefined) server.use(handleErrors)
  return server
}

function callOf(req: Request, res: Response): Call {
  return {
    request: req,
    get ownSession() {
      return req.session
    },
    setOwnSession: (value) => void Object.assign(req, { session: value }),
    header: (name) => req.get(name),
    body: () => text(req),
    setHeader: (name, value) => void res.set(name, value),
    addCookie: (line) => void res.append('Set-Cookie', line),
    text: (body, status = 200) => res.status(status).type('text').send(body),
    json: (value) => res.json(value),
    redirect: (path) => res.redirect(303, path),
    empty: (status) => res.status(status).end(),
    preset: () => res.status(204).setHeaders(PRESET_HEADERS).end(),
    stream: (chunks) => pipeline(Readable.from(chunks), res.type('text'), () => {}),
  }
}

function optionsOf({
  signInPath,
  inOwnWords,
}: Admission): Parameters<typeof requireUser<unknown, number, Request, Response>>[1] {
  if (inOwnWords === undefined) return { signInPath }
  return { deny: (_req, res, denial: Denial) => res.status(denial.status).send(inOwnWords(denial)) }
}
