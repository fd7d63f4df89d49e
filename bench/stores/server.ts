import { quantile } from '../quartiles.ts'
import type { Contender } from '../servers/contender.ts'
import type { Server } from '../servers/interleave.ts'
import { startServer as startWorking } from '../servers/working-server.ts'
import { DIRECTORY, POSTGRES_URL, REDIS_URL } from './environment.ts'
import type { RedisProcess } from './redis-process.ts'

/** What a server did for some milliseconds. */
export interface Slice {
  readonly perSecond: number
  /** Milliseconds that one request in a hundred took longer than. */
  readonly p99: number
  /** Microseconds of processor time for a request, of the server and of Redis. */
  readonly cpu: number
  readonly redisCpu: number
}

/** The databases of all contenders. */
export interface Databases {
  readonly redis: RedisProcess
  readonly postgresUrl: string
  /** For files. */
  readonly directory: string
}

export async function startServer(
  contender: Contender,
  { redis, postgresUrl, directory }: Databases,
): Promise<Server<Slice>> {
  const env = { [REDIS_URL]: redis.url, [POSTGRES_URL]: postgresUrl, [DIRECTORY]: directory }
  const working = await startWorking(contender, env)
  return {
    warmUp: (route, requests) => working.warmUp(route, requests),
    async slice(route, milliseconds) {
      const before = await redis.cpu()
      const { load, cpu } = await working.slice(route, milliseconds)
      const { requests, seconds, latencies } = load
      return {
        perSecond: requests / seconds,
        p99: quantile(latencies, 0.99),
        cpu,
        redisCpu: ((await redis.cpu()) - before) / requests,
      }
    },
    close: () => working.close(),
  }
}
