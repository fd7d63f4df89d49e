import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { NewUserSession, UserSessionRegistry } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { sqliteStore, type SqlSessionStore } from '../../src/stores/sqlite.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Outcome } from './run.ts'

export const MAIN: string = resolve('dist/cli/main.js')

/** A command that is running. */
export interface Running {
  readonly ended: Promise<Outcome>
  /** Resolves when it has printed the first line, or ended without one. */
  readonly firstLine: Promise<void>
  kill(signal: NodeJS.Signals): void
}

export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/** Runs `command` in a process of its own. */
export function start(command: readonly string[], { env = {}, cwd = process.cwd() }: Surroundings = {}): Running {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Outcome>()
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.includes('\n')) printed.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.on('error', ended.reject)
  child.on('close', (status) => {
    printed.resolve()
    ended.resolve({ status, stdout, stderr })
  })
  return { ended: ended.promise, firstLine: printed.promise, kill: (signal) => void child.kill(signal) }
}

/** Runs the built program as a shell would. */
export function coatcheck(args: readonly string[], surroundings?: Surroundings): Promise<Outcome> {
  return start([process.execPath, MAIN, ...args], surroundings).ended
}

export type FreshDatabase = Omit<CliDatabase, 'close' | 'fresh'>

/** A database that commands and registries reach alike. */
export interface CliDatabase {
  /** What tells a command of it: arguments, and what stands in its environment. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly prefix: string
  readonly registry: UserSessionRegistry
  readonly store: SqlSessionStore
  /** As somebody with a shell on the database. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The same with several statements, whose rows nobody needs. */
  script(text: string): Promise<void>
  /** SQL for 32 bytes. */
  readonly bytes: string
  /** The same database with other tables, or another one, where there are none yet. */
  fresh(): FreshDatabase
  close(): Promise<void>
}

function newPrefix(): string {
  return `cli_${randomBytes(4).toString('hex')}_`
}

function openSqlite(): Promise<CliDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-cli-'))
  const databases: DatabaseSync[] = []
  const fresh: CliDatabase['fresh'] = () => {
    const prefix = newPrefix()
    const file = join(directory, `${prefix}app.db`)
    const args = ['--database', `sqlite:${file}`, '--prefix', prefix]
    let database: DatabaseSync | undefined
    // Only when asked: a command may be meant to make the file.
    const connect = (): DatabaseSync => {
      if (database !== undefined) return database
      database = new DatabaseSync(file)
      database.exec('PRAGMA busy_timeout = 5000')
      databases.push(database)
      return database
    }
    return {
      args,
      env: {},
      prefix,
      bytes: 'zeroblob(32)',
      get registry() {
        return sqliteRegistry(connect(), { prefix })
      },
      get store() {
        return sqliteStore(connect(), { prefix })
      },
      sql: (text) => Promise.resolve(connect().prepare(text).all()),
      script: (text) => Promise.resolve(connect().exec(text)),
    }
  }
  const close = async (): Promise<void> => {
    for (const database of databases) database.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return Promise.resolve(Object.assign(fresh(), { fresh, close }))
}

async function openPostgres(): Promise<CliDatabase> {
  const server = await startPostgres()
  const pool = pgPool(server.url)
  const prefixes: string[] = []
  const fresh: CliDatabase['fresh'] = () => {
    const prefix = newPrefix()
    prefixes.push(prefix)
    return {
      args: ['--prefix', prefix],
      env: { DATABASE_URL: server.url },
      prefix,
      bytes: `decode(repeat('00', 32), 'hex')`,
      registry: postgresRegistry(pool, { prefix }),
      store: postgresStore(pool, { prefix }),
      sql: async (text) => (await pool.query<Record<string, unknown>>(text)).rows,
      script: async (text) => void (await pool.query(text)),
    }
  }
  const close = async (): Promise<void> => {
    // The server may be somebody's own.
    for (const prefix of prefixes) {
      await pool.query(
        `DROP TABLE IF EXISTS ${prefix}user_sessions, ${prefix}user_session_epochs, ${prefix}sessions, ${prefix}users CASCADE`,
      )
      await pool.query(`DROP FUNCTION IF EXISTS ${prefix}forget_user`)
    }
    await pool.end()
    await server.stop()
  }
  return Object.assign(fresh(), { fresh, close })
}

/** The databases that every command must work with. */
export const DATABASES: readonly (readonly [name: string, open: () => Promise<CliDatabase>])[] = [
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
]

const HOUR = 3_600_000

/** A session as a sign-in at that moment makes it. */
export function newSession(userId: string, at: number, facts: Partial<NewUserSession> = {}): NewUserSession {
  return {
    id: randomBytes(16).toString('hex'),
    userId,
    secretHash: randomBytes(32),
    createdAt: at,
    authenticatedAt: at,
    lastSeenAt: at,
    idleExpiresAt: at + HOUR,
    absoluteExpiresAt: at + 24 * HOUR,
    ipPrefix: null,
    userAgent: null,
    label: null,
    method: null,
    ...facts,
  }
}

/** Fills the table with that many sessions that expired in 1970, by SQL: a sign-in each would take a while. */
export async function addExpired(
  { sql, prefix, bytes }: Pick<CliDatabase, 'sql' | 'prefix' | 'bytes'>,
  count: number,
): Promise<void> {
  await sql(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO ${prefix}user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
      last_seen_at, idle_expires_at, absolute_expires_at)
    SELECT 'expired ' || i, 'gone', 0, 0, ${bytes}, i, i, i, i, i FROM n`)
}

export async function countSessions({ sql, prefix }: Pick<CliDatabase, 'sql' | 'prefix'>): Promise<number> {
  const [row] = await sql(`SELECT COUNT(*) AS count FROM ${prefix}user_sessions`)
  return Number(row?.['count'])
}
