import { once } from 'node:events'
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import express, { type Request } from 'express'
import { Pool } from 'pg'
import type * as ExpressAdapter from '../../src/adapters/express.ts'
import type * as IdentityIndex from '../../src/identity/index.ts'
import type * as Postgres from '../../src/identity/postgres.ts'
import type * as Sqlite from '../../src/identity/sqlite.ts'
import type * as Index from '../../src/index.ts'
import type { UserSessionRegistry } from '../../src/identity/index.ts'
import { connection } from '../../examples/billing/data/connection.ts'
import { findUser, type User } from '../../examples/billing/data/users.ts'
import { built } from '../built.ts'
import { announce } from '../server-process.ts'
import { dashboard } from './dashboard.ts'
import { POSTGRES, VARIANT, type Ready, type Variant } from './variants.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { session: sessionMiddleware } = await built<typeof ExpressAdapter>('adapters/express.js')
const { createIdentity, userSessions } = await built<typeof IdentityIndex>('identity/index.js')
const { sqliteRegistry } = await built<typeof Sqlite>('identity/sqlite.js')
const { postgresRegistry } = await built<typeof Postgres>('identity/postgres.js')

/** The user of every request, who is in the seed of the demo. */
const USER_ID = 1

const variant = process.env[VARIANT] as Variant // as: the parent wrote it
const sessions = createSessions<{ userId: number }>({
  name: 'session',
  secrets: [randomBytes(32).toString('base64url')],
})
const visit = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
const app = express()
app.disable('x-powered-by')
const userOf = await variantOf(variant)

app.get('/dashboard', async (req, res) => {
  const user = await userOf(req)
  if (user === undefined || user === null) res.status(401).send('Nobody is signed in.')
  else res.type('html').send(dashboard(user))
})

const server = createServer(app)
await once(server.listen(0, '127.0.0.1'), 'listening')
const address = server.address()
const [line = ''] = (await visit.commit()).setCookie
const ready: Ready = {
  port: typeof address === 'object' && address !== null ? address.port : 0,
  cookieHeader: line.slice(0, line.indexOf(';')),
}
announce(ready)

/** How a request of that variant comes to its user; every one of them reads the user's row. */
async function variantOf(name: Variant): Promise<(req: Request) => User | null | undefined | Promise<User | null>> {
  if (name === 'none') return () => findUser(USER_ID)
  app.use(sessionMiddleware(sessions))
  if (name === 'cookie') {
    visit.session.userId = USER_ID
    return (req) => {
      const { userId } = sessions.of(req)
      return userId === undefined ? undefined : findUser(userId)
    }
  }
  const registry: UserSessionRegistry =
    name === 'sqlite'
      ? sqliteRegistry(connection)
      : postgresRegistry(new Pool({ connectionString: process.env[POSTGRES] }).on('error', () => {}))
  await registry.migrate()
  const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => findUser(id) })
  await identity.signIn(visit.session, USER_ID, { method: 'password' })
  return (req) => identity.currentUser(sessions.of(req))
}
