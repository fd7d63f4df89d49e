import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { commitNow } from '../support/commit-now.ts'
import { createSessions } from '../../src/index.ts'

/**
 * A process of an application, told over IPC what to do: it signs user 7 in as often as it can until it is told to stop, and
 * tells which cookies it gave; or it tells which of given cookies are still good.
 */
const [url = '', secret = ''] = process.argv.slice(2)

const registry = openRegistry()
const sessions = createSessions<{ step: number }>({ name: 'session', secrets: [secret] })
const identity = createIdentity({
  sessions,
  verify: userSessions(registry, { maxSessionsPerUser: 100_000 }),
  loadUser: (id: number) => ({ id }),
})

type Order =
  | { readonly do: 'migrate' }
  | { readonly do: 'sign-in'; readonly count: number; readonly epoch: string }
  | { readonly do: 'check'; readonly cookies: readonly string[] }

process.on('message', (order: Order) => void obey(order))
process.send?.('ready')

async function obey(order: Order): Promise<void> {
  if (order.do === 'migrate') {
    await registry.migrate()
    process.send?.([])
  } else if (order.do === 'sign-in') {
    const signIns = await Promise.allSettled(Array.from({ length: order.count }, () => signIn(order.epoch)))
    process.send?.(signIns.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
  } else {
    const good = await Promise.all(order.cookies.map(isGood))
    process.send?.(order.cookies.filter((_, at) => good[at] === true))
  }
}

async function signIn(epoch: string): Promise<string> {
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
  await identity.signIn(exchange.session, 7, { epoch })
  const [line = ''] = commitNow(exchange).setCookie
  return line.slice(0, line.indexOf(';'))
}

async function isGood(cookieHeader: string): Promise<boolean> {
  const exchange = sessions.begin({}, { cookieHeader, isSecure: () => true })
  return (await identity.currentUser(exchange.session)) !== null
}

function openRegistry() {
  if (!url.startsWith('sqlite:')) return postgresRegistry(new pg.Pool({ connectionString: url, max: 4 }))
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  database.exec('PRAGMA journal_mode = WAL')
  // Whoever waits for a turn among four busy processes is not what this is about.
  return sqliteRegistry(database, { timeout: '5m' })
}
