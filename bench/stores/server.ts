import { join } from 'node:path'
import { inTurn, runLoad } from '../load.ts'
import { quantile } from '../quartiles.ts'
import { startServerProcess, type ServerProcess } from '../server-process.ts'
import { DIRECTORY, POSTGRES_URL, REDIS_URL, type Contender, type Ready } from './contender.ts'
import type { RedisProcess } from './redis-process.ts'
import type { Route } from './routes.ts'
import { requestsTo, signIn } from './visitors.ts'

/** What a server did for some milliseconds. */
export interface Slice {
  readonly perSecond: number
  /** Milliseconds that one request in a hundred took longer than. */
  readonly p99: number
  /** Microseconds of processor time for a request, of the server and of Redis. */
  readonly cpu: number
  readonly redisCpu: number
}

/** A server that runs, with a thousand visitors who are signed in. */
export interface Server {
  slice(route: Route, milliseconds: number): Promise<Slice>
  close(): void
}

/** The databases of all contenders. */
export interface Databases {
  readonly redis: RedisProcess
  readonly postgresUrl: string
  /** For files. */
  readonly directory: string
}

export async function startServer(
  { server, database }: Contender,
  { redis, postgresUrl, directory }: Databases,
): Promise<Server> {
  const file = join(import.meta.dirname, 'contenders', `${server}.ts`)
  const env = { [REDIS_URL]: redis.url, [POSTGRES_URL]: postgresUrl, [DIRECTORY]: directory }
  const process = await startServerProcess<Ready>(file, env)
  const cookieHeaders = await signIn(process.ready.port, database !== undefined)
  const requests = new Map<Route, () => Buffer>()
  return {
    slice(route, milliseconds) {
      const next = requests.get(route) ?? inTurn(requestsTo(route, cookieHeaders))
      requests.set(route, next)
      return sliceOf(process, redis, next, milliseconds)
    },
    close: () => process.close(),
  }
}

async function sliceOf(
  server: ServerProcess<Ready>,
  redis: RedisProcess,
  next: () => Buffer,
  milliseconds: number,
): Promise<Slice> {
  const [cpuBefore, redisBefore] = [await server.cpu(), await redis.cpu()]
  const { requests, seconds, latencies } = await runLoad(server.ready.port, next, milliseconds)
  const [cpuAfter, redisAfter] = [await server.cpu(), await redis.cpu()]
  return {
    perSecond: requests / seconds,
    p99: quantile(latencies, 0.99),
    cpu: (cpuAfter - cpuBefore) / requests,
    redisCpu: (redisAfter - redisBefore) / requests,
  }
}
