import { join } from 'node:path'
import { inTurn, runLoad, type LoadResult } from '../load.ts'
import { startServerProcess } from '../server-process.ts'
import type { Contender, Ready } from './contender.ts'
import type { Server } from './interleave.ts'
import { requestsTo, signIn } from './visitors.ts'
import type { Route } from './routes.ts'

/** What a server did for some milliseconds. */
export interface Work {
  readonly load: LoadResult
  /** Microseconds of the server's processor time for a request. */
  readonly cpu: number
}

const WARM_UP_SLICE_MS = 100

/** A server in a process of its own, with a thousand visitors who are signed in. */
export async function startServer(
  { server, sessions, env: own = {} }: Contender,
  env: Readonly<Record<string, string>>,
): Promise<Server<Work>> {
  const process = await startServerProcess<Ready>(join(import.meta.dirname, '..', `${server}.ts`), { ...env, ...own })
  const { port } = process.ready
  const cookieHeaders = await signIn(port, sessions !== undefined)
  const requests = new Map<Route, () => Buffer>()
  const nextOf = (route: Route): (() => Buffer) => {
    const next = requests.get(route) ?? inTurn(requestsTo(route, cookieHeaders))
    requests.set(route, next)
    return next
  }
  return {
    async warmUp(route, count) {
      for (let done = 0; done < count;) {
        // oxlint-disable-next-line no-await-in-loop -- whether to go on depends on how many have been answered
        done += (await runLoad(port, nextOf(route), WARM_UP_SLICE_MS)).requests
      }
    },
    async slice(route, milliseconds) {
      const next = nextOf(route)
      const before = await process.cpu()
      const load = await runLoad(port, next, milliseconds)
      return { load, cpu: ((await process.cpu()) - before) / load.requests }
    },
    close: () => process.close(),
  }
}
