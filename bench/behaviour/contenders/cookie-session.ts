import { createRequire } from 'node:module'
import express from 'express'
import { installedVersion } from '../../installed-version.ts'
import type { Contender } from '../contender.ts'
import type { HeldSession } from '../held-session.ts'
import { listen } from '../listen.ts'
import { respond } from '../respond.ts'

// It has no types of its own.
type CookieSession = (options: { name: string; keys: readonly string[] }) => express.RequestHandler
interface WithSession {
  session: Record<string, unknown> | null
}

const middleware = createRequire(import.meta.url)('cookie-session') as CookieSession // as: CommonJS, typed any

export const cookieSession: Contender = {
  name: 'cookie-session',
  version: installedVersion('cookie-session'),
  server: `express ${installedVersion('express')}`,
  start(setup) {
    const keys = setup.secrets.map(({ text }) => text)
    const handler: express.RequestHandler = async (req, res) => {
      const request = req as unknown as WithSession // as: the property is typed for coatcheck in this repository
      const held: HeldSession = {
        read: () => request.session?.['value'],
        assign(value) {
          if (request.session !== null) request.session['value'] = value
        },
        destroy() {
          request.session = null
        },
      }
      await respond(req.url, res, held, setup)
    }
    const app = express()
    // One app after the other: it has room for one session a request.
    app.use('/admin', middleware({ name: 'admin', keys }), handler)
    app.use(middleware({ name: 'session', keys }), handler)
    return listen(app)
  },
}
