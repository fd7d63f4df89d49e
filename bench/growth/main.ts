/**
 * How costs grow: with the payload, items, keys, flash messages, cookies, secrets, salts, devices, rows and processes. Run it with
 * `npm run bench:growth [-- --rounds N] [--only TEXT]`; docs/growth.md says what was seen. Exits with 1 where something grows
 * faster than it may.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pgPool } from '../../test/support/pg-pool.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { RedisServer } from '../../test/support/redis.ts'
import { optionsOrExit, showProgress } from '../command-line.ts'
import { machine } from '../machine.ts'
import { figure, markdownTable } from '../table-text.ts'
import { measureRow, type Curve, type Row } from './curve.ts'
import { databaseRows } from './database-rows.ts'
import { processRow } from './process-row.ts'
import { HONEST_ROW, HOSTILE_ROW, SESSION_ROWS } from './session-rows.ts'

/** What a hostile header may cost, in honest requests. */
const HOSTILE_BOUND = 4

const { rounds, only } = optionsOrExit(
  'bench:growth',
  (args) => {
    const options = { rounds: { type: 'string', default: '15' }, only: { type: 'string', default: '' } } as const // as const: parseArgs reads the words
    const { values } = parseArgs({ args: [...args], options })
    if (!/^[1-9]\d*$/.test(values.rounds)) throw new RangeError(`--rounds must be a whole number above 0`)
    return { rounds: Number(values.rounds), only: values.only }
  },
  'Usage: npm run bench:growth -- [--rounds N] [--only TEXT]',
)
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-growth-'))
const postgres = await startPostgres()
const redis = await RedisServer.start()
const stopping: (() => void)[] = []
let databases = 0
try {
  const places = {
    folder: () => mkdtempSync(join(folder, 'db-')),
    async database() {
      const name = `growth_${++databases}`
      const shell = pgPool(postgres.url)
      await shell.query(`CREATE DATABASE ${name}`)
      await shell.end()
      return new URL(`/${name}`, postgres.url).href
    },
  }
  const rows: readonly Row[] = [
    ...SESSION_ROWS,
    HOSTILE_ROW,
    ...databaseRows(places),
    processRow('SQLite', () => join(places.folder(), 'sessions.db'), stopping),
    processRow('PostgreSQL', () => places.database(), stopping),
    processRow('Redis, by node-redis', () => redis.url, stopping),
  ].filter(({ title }) => title.includes(only))
  const curves: Curve[] = []
  for (const [at, row] of rows.entries()) {
    showProgress('row', at, rows.length)
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    curves.push(await measureRow(row, rounds))
  }
  const honest = (await measureRow(HONEST_ROW, rounds)).costs[0] ?? Number.NaN
  process.stdout.write(`${report(curves, honest).join('\n')}\n`)
} finally {
  for (const stop of stopping) stop()
  await postgres.stop()
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit()

function report(curves: readonly Curve[], honest: number): string[] {
  const head = ['', 'of', 'µs', 'exponent', 'may be', '']
  const table = curves.map(({ row, costs, exponent, isFine }) => [
    row.title,
    `${row.sizes.map((size) => size.toLocaleString('en')).join(', ')} ${row.unit}`,
    costs.map(figure).join(', '),
    exponent.toFixed(2),
    row.allowed,
    isFine ? 'fine' : 'TOO FAST',
  ])
  const hostile = curves.find(({ row }) => row === HOSTILE_ROW)?.costs
  const ratio = hostile === undefined ? undefined : Math.max(...hostile) / honest
  const isBroken = curves.some(({ isFine }) => !isFine) || (ratio !== undefined && ratio > HOSTILE_BOUND)
  process.exitCode = isBroken ? 1 : 0
  return [
    ...markdownTable([head, ...table], (column) => column < 3),
    '',
    ...(ratio === undefined
      ? []
      : [`The most hostile header costs ${ratio.toFixed(1)} honest requests (may be ${HOSTILE_BOUND}).`]),
    `${machine()}; medians of ${rounds} rounds in which all sizes take turns.`,
  ]
}
