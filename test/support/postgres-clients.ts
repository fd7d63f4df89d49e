import type pg from 'pg'
import postgres from 'postgres'
import { pgPool } from './pg-pool.ts'

/** A client that an application has set to its own liking. */
export interface OddClient {
  readonly client: pg.Pool | postgres.Sql
  readonly end: () => Promise<void>
}

/** What no statement of ours may mind: other types, other names, other rows, another isolation by default. */
export const ODD_CLIENTS: readonly (readonly [name: string, open: (url: string) => OddClient])[] = [
  ['pg with other types', (url) => overPg(url, { types: { getTypeParser: () => () => 'of the application' } })],
  ['pg under serializable by default', (url) => overPg(url, { options: isolation('serializable') })],
  ['pg under repeatable read by default', (url) => overPg(url, { options: isolation(String.raw`repeatable\ read`) })],
  ['pg under another bytea_output', (url) => overPg(url, { options: '-c bytea_output=escape' })],
  ['postgres.js in camel case', (url) => overPostgresJs(url, { transform: postgres.camel })],
  ['postgres.js in Pascal case', (url) => overPostgresJs(url, { transform: postgres.toPascal })],
  ['postgres.js with other names', (url) => overPostgresJs(url, { transform: { column: (name) => `the ${name}` } })],
  [
    'postgres.js with other values',
    (url) =>
      overPostgresJs(url, { transform: { value: () => 'of the application' }, types: { bigint: postgres.BigInt } }),
  ],
  [
    'postgres.js under serializable by default',
    (url) => overPostgresJs(url, { connection: { default_transaction_isolation: 'serializable' } }),
  ],
]

function isolation(level: string): string {
  return `-c default_transaction_isolation=${level}`
}

function overPg(url: string, options: pg.PoolConfig): OddClient {
  const client = pgPool(url, { max: 4, ...options })
  return { client, end: () => client.end() }
}

function overPostgresJs(url: string, options: postgres.Options<Record<string, postgres.PostgresType>>): OddClient {
  const client = postgres(url, { max: 4, onnotice: () => {}, ...options })
  return { client, end: () => client.end() }
}
