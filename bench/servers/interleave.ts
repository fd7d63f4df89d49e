import type { Contender, Framework } from './contender.ts'
import type { Route } from './routes.ts'

/** A server that runs, and what is counted while it answers requests to a route for some milliseconds. */
export interface Server<Slice> {
  warmUp(route: Route): Promise<void>
  slice(route: Route, milliseconds: number): Promise<Slice>
  close(): void
}

export interface Plan {
  readonly rounds: number
  /** Of one slice. */
  readonly milliseconds: number
  readonly onRound: (round: number) => void
}

/** One slice of one contender between two of its framework alone, all equally long. */
export interface Measured<Slice> {
  readonly contender: Contender
  readonly route: Route
  readonly before: Slice
  readonly own: Slice
  readonly after: Slice
}

/**
 * All of them interleaved, in one run. One server works at a time. A round takes every route in every framework: the framework
 * alone, one of its contenders, alone, the next contender, alone, and so on, in an order that rotates. So a machine that gets
 * slower or faster does so for both sides of a ratio.
 */
export async function interleave<Slice>(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  start: (contender: Contender) => Promise<Server<Slice>>,
  { rounds, milliseconds, onRound }: Plan,
): Promise<readonly Measured<Slice>[]> {
  const servers = new Map<Contender, Server<Slice>>()
  const take = (contender: Contender, route: Route, length: number): Promise<Slice> => {
    const server = servers.get(contender)
    if (server === undefined) throw new RangeError(`${contender.server} was not started`)
    return server.slice(route, length)
  }
  try {
    for (const { bare, contenders } of frameworks) {
      for (const contender of [bare, ...contenders]) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each signs its visitors in undisturbed
        const server = await start(contender)
        servers.set(contender, server)
        // oxlint-disable-next-line no-await-in-loop -- as when they are measured, one works at a time
        for (const route of routes) await server.warmUp(route)
      }
    }
    const measured: Measured<Slice>[] = []
    for (let round = 0; round < rounds; round++) {
      onRound(round)
      for (const { route, bare, contenders } of turnsOf(frameworks, routes, round)) {
        // oxlint-disable-next-line no-await-in-loop -- a slice is worth something only while no other server works
        let before = await take(bare, route, milliseconds)
        for (const contender of contenders) {
          // oxlint-disable-next-line no-await-in-loop -- see above
          const own = await take(contender, route, milliseconds)
          // oxlint-disable-next-line no-await-in-loop -- see above
          const after = await take(bare, route, milliseconds)
          measured.push({ contender, route, before, own, after })
          before = after
        }
      }
    }
    return measured
  } finally {
    for (const server of servers.values()) server.close()
  }
}

/** Whoever keeps no sessions has nothing to read and to write. */
function canAnswer({ sessions }: Contender, { session }: Route): boolean {
  return sessions !== undefined || session === 'untouched'
}

interface Turn extends Framework {
  readonly route: Route
}

function turnsOf(frameworks: readonly Framework[], routes: readonly Route[], round: number): readonly Turn[] {
  return routes.flatMap((route) =>
    frameworks.map(({ bare, contenders }) => {
      const able = contenders.filter((contender) => canAnswer(contender, route))
      const first = round % able.length
      return { route, bare, contenders: [...able.slice(first), ...able.slice(0, first)] }
    }),
  )
}
