import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pgPool } from '../../test/support/pg-pool.ts'
import type * as IdentityModule from '../../src/identity/index.ts'
import type * as Postgres from '../../src/stores/postgres.ts'
import type * as Sqlite from '../../src/stores/sqlite.ts'
import { newChange, newId, newSession } from '../../src/testing/stored-sessions.ts'
import { built } from '../built.ts'
import { fill } from '../identity/fill.ts'
import { openPg, openSqlite, type Store } from '../identity/stores.ts'
import type { Row, Step } from './curve.ts'
import { inCookie, visit } from './visitor.ts'

const { createIdentity, userSessions } = await built<typeof IdentityModule>('identity/index.js')
const { sqliteStore } = await built<typeof Sqlite>('stores/sqlite.js')
const { postgresStore } = await built<typeof Postgres>('stores/postgres.js')

/** Where the databases of the rows are. */
export interface Places {
  /** A folder of its own. */
  readonly folder: () => string
  /** A PostgreSQL database of its own. */
  readonly database: () => Promise<string>
}

const DAY = 86_400_000

export function databaseRows(places: Places): readonly Row[] {
  const dialects: readonly [string, () => Promise<Store>][] = [
    ['SQLite', async () => openSqlite(places.folder())],
    ['PostgreSQL', async () => openPg(await places.database())],
  ]
  return [
    ...dialects.flatMap(([name, open]) => registryRows(name, open)),
    ...storeRows('SQLite', async () => {
      const database = new DatabaseSync(join(places.folder(), 'sessions.db'))
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      return {
        store: sqliteStore(database),
        run: async (sql: string) => database.exec(sql),
        id: 'lower(hex(randomblob(22)))',
      }
    }),
    ...storeRows('PostgreSQL', async () => {
      const pool = pgPool(await places.database())
      return { store: postgresStore(pool), run: (sql: string) => pool.query(sql), id: 'md5(random()::text || n)' }
    }),
  ]
}

function registryRows(name: string, open: () => Promise<Store>): readonly Row[] {
  const withDevices = async (alive: number, dead: number) => {
    const store = await open()
    await store.registry.migrate()
    const sessions = inCookie()
    const identity = createIdentity({
      sessions,
      verify: userSessions(store.registry, { maxSessionsPerUser: 20_000 }),
      loadUser: (id: number) => ({ id }),
    })
    const signIn = (): Promise<string> => visit(sessions, '', (session) => identity.signIn(session, 7))
    // oxlint-disable-next-line no-await-in-loop -- sign-ins of one user wait for each other anyway
    for (let count = 0; count < dead; count++) await signIn()
    if (dead > 0) await identity.revokeUser(7)
    let cookie = ''
    // oxlint-disable-next-line no-await-in-loop -- the same
    for (let count = 0; count < alive; count++) cookie = await signIn()
    return { sessions, identity, signIn, cookie }
  }
  const rowsAre = async (rows: number): Promise<Store> => {
    const store = await open()
    await store.registry.migrate()
    await fill(store, rows, Date.now() + 10 * DAY)
    return store
  }
  return [
    {
      title: `${name}: who is signed in, of a user with devices`,
      unit: 'devices',
      sizes: [1, 10, 100],
      allowed: 'flat',
      async prepare(devices): Promise<Step> {
        const { sessions, identity, cookie } = await withDevices(devices, 0)
        return () => visit(sessions, cookie, (session) => identity.currentUser(session))
      },
    },
    {
      title: `${name}: the list of devices`,
      unit: 'devices',
      sizes: [1, 10, 100, 1000],
      allowed: 'linear',
      async prepare(devices): Promise<Step> {
        const { identity } = await withDevices(devices, 0)
        return () => identity.listSessions(7)
      },
    },
    {
      title: `${name}: a sign-in after devices were revoked and before they are swept`,
      unit: 'dead devices',
      sizes: [10, 100, 1000],
      allowed: 'flat',
      async prepare(devices): Promise<Step> {
        const { signIn } = await withDevices(1, devices)
        return signIn
      },
    },
    {
      title: `${name}: one record found in the table of user sessions`,
      unit: 'rows',
      sizes: [10_000, 1_000_000],
      allowed: 'flat',
      async prepare(rows): Promise<Step> {
        const { registry } = await rowsAre(rows)
        const record = {
          id: randomBytes(11).toString('hex'),
          userId: '7',
          secretHash: randomBytes(32),
          createdAt: Date.now(),
          authenticatedAt: Date.now(),
          lastSeenAt: Date.now(),
          idleExpiresAt: Date.now() + DAY,
          absoluteExpiresAt: Date.now() + DAY,
          ipPrefix: null,
          userAgent: null,
          label: null,
          method: null,
        }
        await registry.insert(record, { maximum: 100 })
        return () => registry.find(record.id)
      },
    },
    {
      title: `${name}: a sweep of user sessions that finds nothing`,
      unit: 'rows',
      sizes: [10_000, 1_000_000],
      allowed: 'flat',
      async prepare(rows): Promise<Step> {
        const { registry } = await rowsAre(rows)
        return () => registry.sweep({ before: Date.now() - DAY, limit: 1000 })
      },
    },
  ]
}

interface SqlStore {
  readonly store: ReturnType<typeof Sqlite.sqliteStore>
  readonly run: (sql: string) => Promise<unknown>
  /** SQL for the id of row `n`. */
  readonly id: string
}

function storeRows(name: string, open: () => Promise<SqlStore>): readonly Row[] {
  return [
    {
      title: `${name}: one session found and written among others`,
      unit: 'rows',
      sizes: [10_000, 1_000_000],
      allowed: 'flat',
      async prepare(rows): Promise<Step> {
        const { store, run, id } = await open()
        await store.migrate()
        const now = Math.floor(Date.now() / 1000)
        await run(`INSERT INTO coatcheck_sessions (id, created, slid, expires_at, entries)
          WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})
          SELECT ${id}, ${now}, ${now}, ${now + 864_000}, '{"user":"7"}' FROM numbers`)
        await run('ANALYZE')
        const own = newId()
        const expiresAt = now + 86_400
        await store.insert(own, newSession({ created: now, slid: now, expiresAt }), now)
        let n = 0
        return async () => {
          await store.find(own)
          await store.update(own, newChange({ set: { a: String(++n) }, slid: now, expiresAt }), now)
        }
      },
    },
  ]
}
