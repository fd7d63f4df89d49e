import type { Sessions } from 'coatcheck'
import { session } from 'coatcheck/hono'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { answer, lateWrite, type Data } from './routes.ts'

/** The application on Hono, which every runtime serves as it serves a function. */
export function honoApp(sessions: Sessions<Data>): (request: Request) => Response | Promise<Response> {
  const app = new Hono().use(session(sessions))
  app.get('/stream', (c) => {
    c.var.session.visits = 3
    return stream(c, async (body) => {
      await body.write('head ')
      await body.write(lateWrite(c.var.session))
    })
  })
  app.get('*', (c) => {
    const asked = { session: c.var.session, jar: sessions.jar(c), query: new URL(c.req.url).search.slice(1) }
    const answered = answer(c.req.path, asked)
    return 'location' in answered ? c.redirect(answered.location, 303) : c.json(answered.json as object) // as: JSON is what routes answer
  })
  return (request) => app.fetch(request)
}
