import { createRequire } from 'node:module'
import { join } from 'node:path'
import { SessionError } from '../errors.ts'
import type { PgPool, PostgresJs } from '../identity/postgres.ts'

export interface PostgresClient {
  readonly client: PgPool | PostgresJs
  readonly close: () => Promise<void>
}

/** What we use of the package `pg`. */
interface Pg {
  readonly Pool: new (
    options: object,
  ) => PgPool & { on(event: 'error', listener: () => void): void; end(): Promise<void> }
}

/** What the package `postgres` is. */
type Postgres = (url: string, options: object) => PostgresJs & { end(options: object): Promise<void> }

const CONNECT_SECONDS = 10

/**
 * A client with one connection: the application's own, whichever it has, found from the directory that the command runs in.
 *
 * @throws `ERR_OPTIONS` where it has none, and for a URL that it cannot read
 */
export function connectPostgres(url: string, variable: string, cwd: string): PostgresClient {
  const project = createRequire(join(cwd, 'package.json'))
  const name = ['pg', 'postgres'].find((candidate) => isInstalled(project, candidate))
  if (name === undefined) {
    throw new SessionError(
      'ERR_OPTIONS',
      `neither pg nor postgres is installed for ${cwd}, and one of them has to speak to PostgreSQL. Run this where your application is, or: npm install pg`,
    )
  }
  const client: unknown = project(name)
  // as: what the packages of these names give
  return name === 'pg' ? overPg(client as Pg, url) : overPostgresJs(client as Postgres, url, variable)
}

function isInstalled(project: NodeJS.Require, name: string): boolean {
  try {
    project.resolve(name)
    return true
  } catch {
    return false
  }
}

function overPg({ Pool }: Pg, url: string): PostgresClient {
  const pool = new Pool({ connectionString: url, max: 1, connectionTimeoutMillis: CONNECT_SECONDS * 1000 })
  // A connection that breaks between two statements is told by the next one.
  pool.on('error', () => {})
  return { client: pool, close: () => pool.end() }
}

function overPostgresJs(postgres: Postgres, url: string, variable: string): PostgresClient {
  try {
    const sql = postgres(url, { max: 1, connect_timeout: CONNECT_SECONDS, onnotice: () => {} })
    return { client: sql, close: () => sql.end({ timeout: CONNECT_SECONDS }) }
  } catch {
    throw unreadableUrl(variable)
  }
}

/** The error of the client is left out: it quotes the URL. */
export function unreadableUrl(variable: string): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `the URL in ${variable} cannot be read, expected postgres://user:password@host:5432/database, in which special characters of the password are percent-encoded.`,
  )
}
