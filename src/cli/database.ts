import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { SessionError } from '../errors.ts'
import type { UserSessionRegistry } from '../identity/index.ts'
import { postgresRegistry } from '../identity/postgres.ts'
import { sqliteRegistry } from '../identity/sqlite.ts'
import { postgresDriver } from '../sql/postgres-driver.ts'
import { checkedPrefix, DEFAULT_PREFIX } from '../sql/prefix.ts'
import { sqliteDriver } from '../sql/sqlite-driver.ts'
import { postgresStore } from '../stores/postgres.ts'
import { sqliteStore, type SqlSessionStore } from '../stores/sqlite.ts'
import { databaseError } from './database-error.ts'
import { connectPostgres, unreadableUrl } from './postgres-client.ts'
import type { Shell } from './shell.ts'
import { openSqlite } from './sqlite-database.ts'
import { tableExists } from './table-exists.ts'

/** Options of the commands that ask a database. */
export interface DatabaseFlags {
  readonly database?: string | undefined
  readonly databaseEnv: string
  readonly prefix: string
}

export function withDatabaseFlags(command: Command): Command {
  return command
    .option('--database <place>', 'sqlite:PATH; without it, PostgreSQL at the URL in the environment')
    .addOption(
      new Option('--database-env <variable>', 'environment variable with the URL of PostgreSQL')
        .default('DATABASE_URL')
        .conflicts('database'),
    )
    .option('--prefix <prefix>', 'what the names of the tables begin with', DEFAULT_PREFIX)
}

/** Which database the flags and the environment mean, before anything is opened. */
export type Place =
  | { readonly dialect: 'sqlite'; readonly path: string }
  | { readonly dialect: 'postgres'; readonly url: string; readonly variable: string }

/** The database that is meant; `undefined` where none is given. @throws `ERR_OPTIONS` */
export function placeOf({ database, databaseEnv }: DatabaseFlags, { env, cwd }: Shell): Place | undefined {
  if (database !== undefined) return { dialect: 'sqlite', path: resolve(cwd, sqlitePath(database)) }
  const url = env[databaseEnv]?.trim()
  if (url === undefined || url === '') return undefined
  if (/^postgres(?:ql)?:\/\//i.test(url)) return { dialect: 'postgres', url, variable: databaseEnv }
  throw new SessionError(
    'ERR_OPTIONS',
    `${databaseEnv} holds no URL that begins with postgres:// or postgresql://. For SQLite, use --database sqlite:PATH`,
  )
}

/** What was given instead may be a URL with a password, so it is not repeated. */
function sqlitePath(database: string): string {
  const path = database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : ''
  if (path !== '' && path !== ':memory:') return path
  throw new SessionError(
    'ERR_OPTIONS',
    '--database takes sqlite:PATH, as sqlite:app.db. The URL of PostgreSQL holds a password, so it is read from the environment: --database-env DATABASE_URL',
  )
}

/** What commands do with a database. */
export interface OpenDatabase {
  readonly registry: UserSessionRegistry
  readonly store: SqlSessionStore
  /** Whether it has a table of that name. */
  readonly hasTable: (table: string) => Promise<boolean>
}

/**
 * Opens the database that is meant, runs `body` over it, and closes it.
 *
 * @throws `ERR_OPTIONS`; `ERR_STORE_UNAVAILABLE`, of one line and without the URL, for whatever the database says
 */
export async function withDatabase<Result>(
  flags: DatabaseFlags,
  shell: Shell,
  body: (database: OpenDatabase) => Promise<Result>,
  { mayCreate = false }: { readonly mayCreate?: boolean } = {},
): Promise<Result> {
  checkedPrefix(flags.prefix) // before anything is opened or made
  const place = placeOf(flags, shell)
  if (place === undefined) throw noDatabase(flags)
  try {
    const { close, ...database } = open(place, flags.prefix, shell.cwd, mayCreate)
    try {
      return await body(database)
    } finally {
      await close()
    }
  } catch (thrown) {
    // What a statement met says what to do inside an application.
    const error = thrown instanceof SessionError ? thrown.cause : thrown
    if (error === undefined) throw thrown
    if (place.dialect === 'sqlite') throw databaseError(`SQLite at ${place.path}`, error)
    if (isUnreadableUrl(error)) throw unreadableUrl(place.variable)
    throw databaseError(`PostgreSQL at the URL in ${place.variable}`, error)
  }
}

/** Nobody waits for the connection of a command. */
const PATIENCE_SECONDS = 60
/** Looks for tables, and uses none. */
const COATCHECK = { name: 'coatcheck', cure: 'coatcheck migrate' }

interface ClosableDatabase extends OpenDatabase {
  readonly close: () => unknown
}

function open(place: Place, prefix: string, cwd: string, mayCreate: boolean): ClosableDatabase {
  if (place.dialect === 'sqlite') {
    const database = openSqlite(place.path, mayCreate)
    return {
      registry: sqliteRegistry(database, { prefix }),
      store: sqliteStore(database, { prefix }),
      hasTable: (table) => tableExists('sqlite', sqliteDriver(database, COATCHECK, PATIENCE_SECONDS * 1000), table),
      close: () => database.close(),
    }
  }
  const { client, close } = connectPostgres(place.url, place.variable, cwd)
  const driver = postgresDriver(client, COATCHECK, { prepare: false, queryTimeout: PATIENCE_SECONDS * 1000 })
  return {
    registry: postgresRegistry(client, { prefix, queryTimeout: `${PATIENCE_SECONDS}s` }),
    store: postgresStore(client, { prefix, queryTimeout: `${PATIENCE_SECONDS}s` }),
    hasTable: (table) => tableExists('postgres', driver, table),
    close,
  }
}

function noDatabase({ databaseEnv }: DatabaseFlags): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `no database is given: use --database sqlite:PATH, or put the URL of PostgreSQL into the environment variable ${databaseEnv}.`,
  )
}

/** pg reads the URL when it connects. */
function isUnreadableUrl(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_URL'
}
