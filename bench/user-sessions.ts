/**
 * What the tables of user sessions take, and how fast `coatcheck sweep` empties them. Run it with
 * `npm run bench:user-sessions [-- --records N]`; docs/user-sessions.md has its numbers.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { startPostgres } from '../test/support/postgres.ts'

const { values } = parseArgs({ options: { records: { type: 'string', default: '100000' } } })
const records = Number(values.records)
if (!Number.isInteger(records) || records < 1) throw new Error('--records is a whole number')

const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

/** Expired records of full length, three to a user. `handle` and `hash` are SQL for 22 characters and 32 bytes. */
function filling(handle: string, hash: string): string {
  return `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${records})
    INSERT INTO coatcheck_user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
      last_seen_at, idle_expires_at, absolute_expires_at, ip_prefix, user_agent, method)
    SELECT ${handle}, CAST(100000 + i / 3 AS TEXT), 0, 0, ${hash}, 1700000000000 + i, 1700000000000 + i,
      1700000000000 + i, 1700000000000 + i, 1700000000000 + i, '203.0.113.0/24', '${USER_AGENT}', 'password' FROM n`
}

function coatcheck(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, ['dist/cli/main.js', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
}

/** Without the time that it rests, it would be twice as many. */
function sweptPerSecond(args: readonly string[], env?: NodeJS.ProcessEnv): number {
  const last =
    coatcheck(['sweep', '--json', ...args], env)
      .trimEnd()
      .split('\n')
      .at(-1) ?? ''
  const { deleted, elapsed } = JSON.parse(last) as { deleted: number; elapsed: number } // as: the line of the whole
  if (deleted !== records) throw new Error(`${deleted} of ${records} records were deleted`)
  return Math.round((deleted * 1000) / elapsed)
}

function print(database: string, bytes: number, perSecond: number): void {
  console.log(
    `${database}: ${Math.round(bytes / records)} bytes a record with its indexes, ${perSecond} records swept a second`,
  )
}

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
const file = join(directory, 'app.db')
const place = ['--database', `sqlite:${file}`]
coatcheck(['migrate', ...place])
const database = new DatabaseSync(file)
database.exec('PRAGMA journal_mode = WAL')
database.exec(filling('substr(hex(randomblob(11)), 1, 22)', 'randomblob(32)'))
const size = database
  .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
  .get()
database.close()
print('SQLite', Number(size?.['bytes']), sweptPerSecond(place))
rmSync(directory, { recursive: true, force: true })

const server = await startPostgres()
const env = { DATABASE_URL: server.url }
coatcheck(['migrate'], env)
const client = new Client({ connectionString: server.url })
await client.connect()
await client.query(
  filling('substr(md5(random()::text), 1, 22)', `decode(md5(random()::text) || md5(random()::text), 'hex')`),
)
await client.query('ANALYZE coatcheck_user_sessions')
const { rows } = await client.query<{ bytes: string }>(
  `SELECT pg_total_relation_size('coatcheck_user_sessions') AS bytes`,
)
await client.end()
print('PostgreSQL', Number(rows[0]?.bytes), sweptPerSecond([], env))
await server.stop()
