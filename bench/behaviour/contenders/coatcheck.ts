import express from 'express'
import type * as expressAdapter from '../../../src/adapters/express.ts'
import type * as main from '../../../src/index.ts'
import { built } from '../../built.ts'
import { installedVersion } from '../../installed-version.ts'
import { cookieNameFor } from '../answer.ts'
import type { Contender } from '../contender.ts'
import type { HeldSession } from '../held-session.ts'
import { listen } from '../listen.ts'
import { respond } from '../respond.ts'

const { createSessions } = await built<typeof main>('index.js')
const { session: middleware } = await built<typeof expressAdapter>('adapters/express.js')

export const coatcheck: Contender = {
  name: 'coatcheck',
  version: installedVersion(),
  server: `express ${installedVersion('express')}`,
  start(setup) {
    const secrets = setup.secrets.map(({ text }) => text)
    const sessions = createSessions({ name: 'session', secrets })
    const admins = createSessions({ name: 'admin', secrets })
    const app = express().use(middleware(sessions)).use(middleware(admins))
    app.use(async (req, res) => {
      const session = (cookieNameFor(req.path) === 'admin' ? admins : sessions).of(req)
      const held: HeldSession = {
        read: () => session.value,
        assign(value) {
          session.value = value as main.Json // as: what the types refuse is what is tried here
        },
        destroy: () => session.destroy(),
      }
      await respond(req.url, res, held, setup)
    })
    return listen(app)
  },
}
