import type { Contender, Framework } from './contender.ts'
import type { Route } from './routes.ts'

/** A server that runs, and what is counted while it answers requests to a route for some milliseconds. */
export interface Server<Slice> {
  /** Answers about that many requests, which nobody counts. */
  warmUp(route: Route, requests: number): Promise<void>
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

/** By their number and not by time: V8 is to have compiled every server as far as the others, however busy the machine is. */
const COLD = 10_000
const RESTED = 1000

/** How often a contender and its framework alone take turns before the next contender has its own. */
const PAIRS = 5

/**
 * All of them interleaved, in one run. One server works at a time. A round takes every route in every framework, and there one
 * contender after the other, in an order that rotates: the framework alone, the contender, alone, the contender, and so on, after
 * requests to each that do not count. So a machine that gets slower or faster does so for both sides of a ratio, and both have
 * worked as much just before: a server that rested for seconds takes twice the time for its first requests.
 *
 * @param start starts a server
 */
export async function interleave<Slice>(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  start: (contender: Contender) => Promise<Server<Slice>>,
  { rounds, milliseconds, onRound }: Plan,
): Promise<readonly Measured<Slice>[]> {
  const servers = new Map<Contender, Server<Slice>>()
  const take = (contender: Contender, route: Route): Promise<Slice> => {
    const server = servers.get(contender)
    if (server === undefined) throw new RangeError(`${contender.server} was not started`)
    return server.slice(route, milliseconds)
  }
  try {
    for (const { bare, contenders } of frameworks) {
      for (const contender of [bare, ...contenders]) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each signs its visitors in undisturbed
        const server = await start(contender)
        servers.set(contender, server)
        // oxlint-disable-next-line no-await-in-loop -- as when they are measured, one works at a time
        for (const route of routes) await server.warmUp(route, COLD)
      }
    }
    const measured: Measured<Slice>[] = []
    for (let round = 0; round < rounds; round++) {
      onRound(round)
      for (const { route, bare, contender } of turnsOf(frameworks, routes, round)) {
        // oxlint-disable-next-line no-await-in-loop -- a slice is worth something only while no other server works
        for (const server of [contender, bare]) await servers.get(server)?.warmUp(route, RESTED)
        // oxlint-disable-next-line no-await-in-loop -- while a slice is measured no other server works
        measured.push(...(await takeTurns(contender, bare, route, take)))
      }
    }
    return measured
  } finally {
    for (const server of servers.values()) server.close()
  }
}

async function takeTurns<Slice>(
  contender: Contender,
  bare: Contender,
  route: Route,
  take: (contender: Contender, route: Route) => Promise<Slice>,
): Promise<Measured<Slice>[]> {
  const measured: Measured<Slice>[] = []
  let before = await take(bare, route)
  for (let pair = 0; pair < PAIRS; pair++) {
    // oxlint-disable-next-line no-await-in-loop -- a slice and those just before and after it are what is compared
    const own = await take(contender, route)
    // oxlint-disable-next-line no-await-in-loop -- the slice just after it
    const after = await take(bare, route)
    measured.push({ contender, route, before, own, after })
    before = after
  }
  return measured
}

interface Turn {
  readonly route: Route
  readonly bare: Contender
  readonly contender: Contender
}

function turnsOf(frameworks: readonly Framework[], routes: readonly Route[], round: number): readonly Turn[] {
  return routes.flatMap((route) =>
    frameworks.flatMap(({ bare, contenders }) => {
      const able = contenders.filter((contender) => canAnswer(contender, route))
      const first = round % able.length
      return [...able.slice(first), ...able.slice(0, first)].map((contender) => ({ route, bare, contender }))
    }),
  )
}

/** Whoever keeps no sessions has nothing to read and to write. */
function canAnswer({ sessions }: Contender, { session }: Route): boolean {
  return sessions !== undefined || session === 'untouched'
}
