/**
 * What sessions in a server store cost a request, beside those of others in the same Redis. Run it with `npm run bench:stores`;
 * docs/stores-cost.md has its numbers.
 */
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
try {
  const version = await redis.version()
  const rows = await measureStores(FRAMEWORKS, [READ, WRITE, UNTOUCHED], redis, {
    rounds,
    milliseconds,
    onRound: (round) => showProgress('round', round, rounds),
  })
  const result = { rounds, milliseconds, redis: version, rows }
  process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
} finally {
  redis.close()
  await server.stop()
}
