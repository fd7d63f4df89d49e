/**
 * What sessions in a server store cost a request, beside those of others in the same database. Run it with `npm run bench:stores`;
 * docs/stores-cost.md has its numbers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/support/postgres.ts'
import { RedisServer } from '../../test/support/redis.ts'
import { optionsOrExit, showProgress } from '../command-line.ts'
import { FRAMEWORKS } from './contenders.ts'
import { interleave } from '../servers/interleave.ts'
import { readOptions, USAGE } from '../servers/options.ts'
import { READ, UNTOUCHED, WRITE } from '../servers/routes.ts'
import { watchRedis } from './redis-process.ts'
import { rowsOf } from './rows.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const { starts, rounds, milliseconds, json, frameworks, routes } = optionsOrExit(
  'bench:stores',
  (args) =>
    readOptions(args, {
      rounds: '4',
      milliseconds: '500',
      frameworks: FRAMEWORKS,
      routes: [READ, WRITE, UNTOUCHED],
    }),
  `Usage: npm run bench:stores -- ${USAGE}`,
)
const server = await RedisServer.start()
const redis = watchRedis(server.url)
const postgres = await startPostgres()
const directory = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
try {
  const version = await redis.version()
  const databases = { redis, postgresUrl: postgres.url, directory }
  const measured = await interleave(frameworks, routes, (contender) => startServer(contender, databases), {
    starts,
    rounds,
    milliseconds,
    onRound: (round) => showProgress('round', round, starts * rounds),
  })
  const rows = rowsOf(frameworks, routes, measured)
  const result = { starts, rounds, milliseconds, redis: version, rows }
  process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
} finally {
  redis.close()
  await server.stop()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
}
