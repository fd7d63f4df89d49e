import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { schemaFor } from '../../src/identity/sql/dialects.ts'
import { createStatements, type Statements } from '../../src/identity/sql/statements.ts'
import { tablesNamed } from '../../src/identity/sql/tables.ts'
import type { Dialect } from '../../src/sql/dialect.ts'
import type { SqlValue, Statement } from '../../src/sql/driver.ts'
import { sessionsSchema, sessionsTable } from '../../src/stores/sql/sessions-table.ts'
import { createSessionStatements, type SessionStatements } from '../../src/stores/sql/statements.ts'
import { newChange, newSession as newStoredSession, NOW as SECONDS } from '../../src/testing/stored-sessions.ts'
import { newSession } from '../cli/world.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres } from '../support/postgres.ts'

const NOW = SECONDS * 1000
const ROWS = 100_000
const SKIP_LOCKED = { postgres: 'FOR UPDATE SKIP LOCKED', sqlite: '' }

/** Every statement of the registry and of the store: the types want a new one here, too. */
function statementsOf(dialect: Dialect): readonly (readonly [name: string, statement: Statement])[] {
  const skipLocked = SKIP_LOCKED[dialect]
  const ofRegistry = createStatements(dialect, tablesNamed('coatcheck_'), { skipLocked })
  const hash = new Uint8Array(32)
  const epochs = { user: 0, everyone: 0 }
  const ending = { at: NOW, because: 'revoked' } as const
  const registry: { readonly [Name in keyof Statements]: Statement } = {
    epochs: ofRegistry.epochs('7'),
    lockEpoch: ofRegistry.lockEpoch('7'),
    raiseEpoch: ofRegistry.raiseEpoch('7'),
    find: ofRegistry.find('7'),
    insert: ofRegistry.insert(newSession('7', NOW), epochs),
    touch: ofRegistry.touch('7', { lastSeenAt: NOW, idleExpiresAt: NOW, notSince: NOW }),
    renew: ofRegistry.renew('7', hash, { ...newSession('7', NOW), secretHash: hash }),
    list: ofRegistry.list('7', NOW, { limit: 10, after: { id: '7', lastSeenAt: NOW } }),
    end: ofRegistry.end('7', { ...ending, userId: '7', secretHash: hash }),
    endOldest: ofRegistry.endOldest('7', 10, epochs, ending),
    endOthers: ofRegistry.endOthers('7', '7', epochs, ending),
    moveToEpoch: ofRegistry.moveToEpoch('7', hash, 1),
    sweepEnded: ofRegistry.sweepEnded(NOW, 1000),
    sweepExpired: ofRegistry.sweepExpired(NOW, 1000),
  }
  const ofStore = createSessionStatements(dialect, sessionsTable('coatcheck_'), { skipLocked })
  const store: { readonly [Name in keyof SessionStatements]: Statement } = {
    find: ofStore.find('7'),
    insert: ofStore.insert('7', newStoredSession({}), SECONDS),
    update: ofStore.update('7', newChange({ set: { a: '1' }, remove: ['b'], add: { c: 1 } }), SECONDS),
    delete: ofStore.delete('7'),
    sweep: ofStore.sweep(SECONDS, 1000),
  }
  expect(Object.keys(registry)).toEqual(Object.keys(ofRegistry))
  expect(Object.keys(store)).toEqual(Object.keys(ofStore))
  return [
    ...Object.entries(registry).map(([name, statement]) => [`registry: ${name}`, statement] as const),
    ...Object.entries(store).map(([name, statement]) => [`store: ${name}`, statement] as const),
  ]
}

/** Tables with a hundred thousand rows each. Of the records each twentieth has ended, and half have expired, as have half of the sessions. */
function tablesWithRows(dialect: Dialect): string {
  const bytes = dialect === 'postgres' ? String.raw`'\x00'::bytea` : `x'00'`
  return `${schemaFor(dialect, tablesNamed('coatcheck_'))} ${sessionsSchema(dialect, 'coatcheck_sessions')}
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO coatcheck_user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
      last_seen_at, idle_expires_at, absolute_expires_at, user_agent, ended_at)
    SELECT 'record ' || i, 'user ' || i % 50000, 0, 0, ${bytes}, 0, 0, 0,
      ${NOW} + (i - ${ROWS / 2}) * 10000, ${NOW} + 1000000000, 'A browser of the length that is usual nowadays, with a version',
      CASE WHEN i % 20 = 0 THEN ${NOW} - i * 1000 END FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO coatcheck_user_session_epochs (user_id, epoch) SELECT 'user ' || i, 0 FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO coatcheck_sessions (id, created, slid, expires_at, entries)
    SELECT 'session ' || i, 0, 0, ${SECONDS} + (i - ${ROWS / 2}) * 10, '{"user":"7","theme":"\\"dark\\""}' FROM n;`
}

test('on SQLite, no statement of the registry or of the store goes through a whole table', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(tablesWithRows('sqlite'))
  const scans = (): readonly string[] =>
    statementsOf('sqlite').flatMap(([name, { sql, values }]) => {
      const named = Object.fromEntries(values.map((value, at) => [String(at + 1), value]))
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(named)
      return plan.map(({ detail }) => `${name}: ${String(detail)}`).filter((step) => isScan.test(step))
    })
  /** Of something else than a constant, what a query in the statement gave, or the JSON that came with it. */
  const isScan = /: SCAN (?!CONSTANT ROW|alive$|\(subquery-\d+\)$|addition VIRTUAL TABLE|entry VIRTUAL TABLE)/
  expect(scans()).toEqual([])
  database.exec('ANALYZE')
  expect(scans()).toEqual([])
})

/** A step of a plan. */
interface Step {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Step[]
}

function stepsOf(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)]
}

/** What it goes through from one end to the other. */
function scanned(step: Step): string | undefined {
  if (step['Node Type'] === 'Seq Scan') return step['Relation Name']
  return step['Index Name'] !== undefined && step['Index Cond'] === undefined ? step['Index Name'] : undefined
}

/** How many rows of tables a plan read that was carried out. */
function rowsRead(plan: Step): number {
  return stepsOf(plan)
    .filter((step) => step['Node Type'].includes('Scan') && step['Relation Name'] !== undefined)
    .reduce(
      (sum, step) => sum + (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'],
      0,
    )
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL'
  return pg.escapeLiteral(value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value))
}

test('on PostgreSQL, no statement of the registry or of the store goes through a whole table, planned once for all values or for each', async () => {
  const server = await startPostgres()
  const pool = pgPool(server.url, { max: 1 })
  onTestFinished(async () => {
    await pool.end()
    await server.stop()
  })
  await pool.query(tablesWithRows('postgres'))
  for (const [at, [name, { sql }]] of statementsOf('postgres').entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await pool.query(`PREPARE s${at} AS ${sql.replaceAll('?', '$')} -- ${name}`)
  }
  const faults: string[] = []
  for (const statistics of ['none', 'analyzed']) {
    // oxlint-disable-next-line no-await-in-loop -- one connection
    if (statistics === 'analyzed') await pool.query('ANALYZE')
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await pool.query(`SET plan_cache_mode = ${mode}`)
      for (const [at, [name, { values }]] of statementsOf('postgres').entries()) {
        const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`
        // oxlint-disable-next-line no-await-in-loop -- one connection
        const answers = await pool.query(`BEGIN; EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE s${at}${given}; ROLLBACK`)
        // as: what EXPLAIN gives, and of three statements there are three answers
        const [, explained] = answers as unknown as { rows: readonly { 'QUERY PLAN': readonly { Plan: Step }[] }[] }[]
        const plan = explained?.rows[0]?.['QUERY PLAN'][0]?.Plan
        if (plan === undefined) throw new Error(`no plan of ${name}`)
        const which = `${statistics}, ${mode}, ${name}`
        for (const step of stepsOf(plan)) {
          if (scanned(step) !== undefined) faults.push(`${which} goes through ${scanned(step)}`)
        }
        // To delete a thousand, it finds a thousand, and those that expire within the hour.
        if (statistics === 'analyzed' && rowsRead(plan) > 2500) faults.push(`${which} reads ${rowsRead(plan)} rows`)
      }
    }
  }
  expect(faults).toEqual([])
})
