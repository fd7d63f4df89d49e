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
import { measureStores } from './measure.ts'
import { readOptions, USAGE } from './options.ts'
import { watchRedis } from './redis-process.ts'
import { READ, UNTOUCHED, WRITE } from './routes.ts'
import { table } from './table.ts'

const options = optionsOrExit('bench:stores', readOptions, USAGE)
const { rounds, milliseconds, json } = options
const server = await RedisServer.start()
const redis = watchRedis(server.url)
const postgres = await startPostgres()
const directory = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
try {
  const version = await redis.version()
  const rows = await measureStores(
    FRAMEWORKS,
    [READ, WRITE, UNTOUCHED],
    { redis, postgresUrl: postgres.url, directory },
    {
      rounds,
      milliseconds,
      onRound: (round) => showProgress('round', round, rounds),
    },
  )
  const result = { rounds, milliseconds, redis: version, rows }
  process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
} finally {
  redis.close()
  await server.stop()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
}
