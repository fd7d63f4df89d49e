import { getIronSession } from 'iron-session'
import { installedVersion } from '../../installed-version.ts'
import { cookieNameFor } from '../answer.ts'
import type { Contender } from '../contender.ts'
import type { HeldSession } from '../held-session.ts'
import { listen } from '../listen.ts'
import { respond } from '../respond.ts'

export const ironSession: Contender = {
  name: 'iron-session',
  version: installedVersion('iron-session'),
  server: 'node:http',
  start(setup) {
    const password = Object.fromEntries(setup.secrets.map(({ id, text }) => [id, text]))
    return listen(async (req, res) => {
      const path = req.url ?? '/'
      const options = { password, cookieName: cookieNameFor(path) }
      const session = await getIronSession<{ value: unknown }>(req, res, options)
      const held: HeldSession = {
        read: () => session.value,
        assign(value) {
          session.value = value
        },
        save: () => session.save(),
        destroy: () => session.destroy(),
      }
      await respond(path, res, held, setup)
    })
  },
}
