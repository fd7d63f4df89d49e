/**
 * What sessions in a server store cost a request, beside those of others in the same Redis. Run it with `npm run bench:stores`;
 * docs/stores-cost.md has its numbers.
 */
import { RedisServer } from '../../test/support/redis.ts'
import { optionsOrExit, showProgress } from '../command-line.ts'
import { FRAMEWORKS } from './contenders.ts'
import { interleave } from '../servers/interleave.ts'
import { readOptions, USAGE } from '../servers/options.ts'
import { watchRedis } from './redis-process.ts'
import { READ, UNTOUCHED, WRITE } from '../servers/routes.ts'
import { rowsOf } from './rows.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const options = optionsOrExit(
  'bench:stores',
  (args) => readOptions(args, { rounds: '60', milliseconds: '150' }),
  `Usage: npm run bench:stores -- ${USAGE}`,
)
const { rounds, milliseconds, json } = options
const server = await RedisServer.start()
const redis = watchRedis(server.url)
try {
  const version = await redis.version()
  const routes = [READ, WRITE, UNTOUCHED]
  const measured = await interleave(FRAMEWORKS, routes, (contender) => startServer(contender, redis), {
    rounds,
    milliseconds,
    onRound: (round) => showProgress('round', round, rounds),
  })
  const rows = rowsOf(FRAMEWORKS, routes, measured)
  const result = { rounds, milliseconds, redis: version, rows }
  process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
} finally {
  redis.close()
  await server.stop()
}
