import { postgresStore } from 'coatcheck/postgres'
import { Client, Pool, type PoolConfig } from 'pg'
import { reasonOf } from '../words/reason.ts'
import type { SessionPlace } from './backend.ts'
import { cannotUse } from './cannot-use.ts'
import { migrate } from './migrate.ts'

const PREFIX = 'billing_'
const ADVICE =
  'Start one, or say where it is: DATABASE_URL=postgres://user:password@localhost:5432/postgres npm start -- --store postgres'

export async function prepare(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = settingsIn(environment)
  const address = addressOf(settings)
  const pool = openPool(settings, address)
  try {
    await migrate(postgresStore(pool, { prefix: PREFIX }))
  } catch (cause) {
    throw cannotUse(`PostgreSQL at ${address}`, cause, ADVICE)
  } finally {
    await pool.end()
  }
}

export function open(environment: NodeJS.ProcessEnv): Promise<SessionPlace> {
  const settings = settingsIn(environment)
  const address = addressOf(settings)
  const store = postgresStore(openPool(settings, address), { prefix: PREFIX })
  return Promise.resolve({ store, title: 'PostgreSQL', address, inside: `table ${PREFIX}sessions` })
}

function openPool(settings: PoolConfig, address: string): Pool {
  // Connections that wait for work keep no worker from ending that was told to.
  const pool = new Pool({ ...settings, connectionTimeoutMillis: 5000, allowExitOnIdle: true })
  // Without a listener a lost connection ends the process. The pool makes another one when it is needed.
  pool.on('error', (error) => {
    console.error(`Worker ${process.pid} has lost a connection to PostgreSQL at ${address}: ${reasonOf(error)}.`)
  })
  return pool
}

/** Without DATABASE_URL, PGHOST, PGUSER and the like count, as they do for psql. */
function settingsIn({ DATABASE_URL, PGDATABASE = 'postgres' }: NodeJS.ProcessEnv): PoolConfig {
  return DATABASE_URL === undefined ? { database: PGDATABASE } : { connectionString: DATABASE_URL }
}

/** What pg makes of the settings, without the password. @throws SettingsError */
function addressOf(settings: PoolConfig): string {
  try {
    const { host, port, database = '' } = new Client(settings)
    return `postgres://${host}:${port}/${database}`
  } catch (cause) {
    throw cannotUse('DATABASE_URL', cause, ADVICE)
  }
}
