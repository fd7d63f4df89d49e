import type { Contender, Framework } from './contender.ts'
import type { Route } from './routes.ts'
import { rowsOf, type Measured, type Row } from './rows.ts'
import { startServer, type Databases, type Server } from './server.ts'

export interface Plan {
  readonly rounds: number
  /** Of one slice. */
  readonly milliseconds: number
  readonly onRound: (round: number) => void
}

const WARM_UP_MS = 1000

/** All of them interleaved, in one run. One server works at a time. */
export async function measureStores(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  databases: Databases,
  { rounds, milliseconds, onRound }: Plan,
): Promise<readonly Row[]> {
  const servers = new Map<Contender, Server>()
  try {
    for (const { bare, contenders } of frameworks) {
      for (const contender of [bare, ...contenders]) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each signs its visitors in undisturbed
        servers.set(contender, await startServer(contender, databases))
      }
    }
    const measured: Measured[] = []
    const take = async ({ contender, route }: Step, sliceMilliseconds: number): Promise<Measured[]> => {
      const slice = await servers.get(contender)?.slice(route, sliceMilliseconds)
      return slice === undefined ? [] : [{ contender, route, slice }]
    }
    // oxlint-disable-next-line no-await-in-loop -- as when they are measured, one works at a time
    for (const step of stepsOf(frameworks, routes, 0)) await take(step, WARM_UP_MS)
    for (let round = 0; round < rounds; round++) {
      onRound(round)
      for (const step of stepsOf(frameworks, routes, round)) {
        // oxlint-disable-next-line no-await-in-loop -- a slice is worth something only while no other server works
        measured.push(...(await take(step, milliseconds)))
      }
    }
    return rowsOf(frameworks, routes, measured)
  } finally {
    for (const server of servers.values()) server.close()
  }
}

interface Step {
  readonly contender: Contender
  readonly route: Route
}

/**
 * A round: every route is taken by every framework alone, by its contenders in an order that rotates, and by the framework alone
 * again.
 */
function stepsOf(frameworks: readonly Framework[], routes: readonly Route[], round: number): readonly Step[] {
  return routes.flatMap((route) =>
    frameworks.flatMap(({ bare, contenders }) => {
      const first = round % contenders.length
      const rotated = [...contenders.slice(first), ...contenders.slice(0, first)]
      return [bare, ...rotated, bare].map((contender) => ({ contender, route }))
    }),
  )
}
