/**
 * What sessions take in each store, and so what millions of them do. Run it with
 * `npm run bench:store-size [-- --sessions N]`.
 */
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import { measurePostgres } from './store-size/postgres.ts'
import { measureRedis } from './store-size/redis.ts'
import { jsonBytes, SAMPLES } from './store-size/sample.ts'
import type { MeasureStore, StoreSize } from './store-size/size.ts'
import { measureSqlite } from './store-size/sqlite.ts'
import { markdownTable } from './table-text.ts'

const STORES: readonly MeasureStore[] = [measureRedis, measurePostgres, measureSqlite]
const MILLIONS = [1, 10, 100]

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '100000' } } })
const count = Number(values.sessions)
if (!Number.isInteger(count) || count < 1000) throw new Error('--sessions is a whole number, 1000 or more')

const sizes: StoreSize[] = []
// oxlint-disable-next-line no-await-in-loop -- each has the memory and the disk to itself
for (const measure of STORES) sizes.push(...(await measure(SAMPLES, count)))

const head = ['', 'session', 'JSON B', 'of itself B', 'B a session', ...MILLIONS.map((each) => `${each} million`)]
const rows = sizes.map(({ store, sample, bytes, ofItself }) => [
  store,
  sample.name,
  String(jsonBytes(sample)),
  ofItself === undefined ? '–' : ofItself.toFixed(0),
  bytes.toFixed(0),
  ...MILLIONS.map((each) => gigabytes(bytes * each * 1_000_000)),
])
const lines = [
  ...markdownTable([head, ...rows], (column) => column < 2),
  '',
  `${machine()}; ${count.toLocaleString('en')} sessions of each kind. "B a session" is by how much the database grew, divided by that:`,
  'used_memory of Redis, which the tables of keys and of times to expire belong to; the table and its indexes in PostgreSQL; the',
  'file of SQLite. "of itself" is MEMORY USAGE of Redis, without these tables.',
]
process.stdout.write(`${lines.join('\n')}\n`)

function gigabytes(bytes: number): string {
  const size = bytes / 1e9
  return `${size < 10 ? size.toFixed(2) : size.toFixed(0)} GB`
}
