import type { Contender, Framework } from './contender.ts'
import type { Route } from './routes.ts'

/** A server that runs, and what is counted while it answers requests to a route for some milliseconds. */
export interface Server<Slice> {
  /** Answers about that many requests, which nobody counts. */
  warmUp(route: Route, requests: number): Promise<void>
  slice(route: Route, milliseconds: number): Promise<Slice>
  close(): void
}

/** How much is measured. */
export interface Extent {
  /** How often all servers are started afresh. */
  readonly starts: number
  /** After each start. */
  readonly rounds: number
  /** Of one slice. */
  readonly milliseconds: number
}

export interface Plan extends Extent {
  /** Told before each round; they are counted through all starts. */
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
const TURNS = 5

/**
 * All of them interleaved, in one run. One server works at a time. A round takes every route in every framework, and there one
 * contender after the other, in an order that rotates: the framework alone, the contender, alone, the contender, and so on, after
 * requests to each that do not count. So a machine that gets slower or faster does so for both sides of a ratio, and both have
 * worked as much just before: a server that rested for seconds takes twice the time for its first requests.
 *
 * Each contender has a process of its framework alone to itself, which has answered as much as the contender has: one for all
 * would be some percent ahead of each, as it works more than any. Two processes of one program differ by some percent, too, for
 * as long as they live; whom that is too much starts them several times.
 *
 * @param start starts a server
 */
export async function interleave<Slice>(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  start: (contender: Contender) => Promise<Server<Slice>>,
  plan: Plan,
): Promise<readonly Measured<Slice>[]> {
  const measured: Measured<Slice>[] = []
  for (let begun = 0; begun < plan.starts; begun++) {
    // oxlint-disable-next-line no-await-in-loop -- the servers of one start are gone before the next one's share the processor
    measured.push(...(await afterOneStart(frameworks, routes, start, plan, begun * plan.rounds)))
  }
  return measured
}

async function afterOneStart<Slice>(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  start: (contender: Contender) => Promise<Server<Slice>>,
  { rounds, milliseconds, onRound }: Plan,
  firstRound: number,
): Promise<readonly Measured<Slice>[]> {
  const pairs = new Map<Contender, Pair<Slice>>()
  const servers: Server<Slice>[] = []
  const startWarm = async (contender: Contender): Promise<Server<Slice>> => {
    const server = await start(contender)
    servers.push(server)
    // oxlint-disable-next-line no-await-in-loop -- a server that shares the processor with another is warmed up by fewer requests than it counts
    for (const route of routes) await server.warmUp(route, COLD)
    return server
  }
  try {
    for (const { bare, contenders } of frameworks) {
      for (const contender of contenders) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each signs its visitors in undisturbed
        pairs.set(contender, { own: await startWarm(contender), alone: await startWarm(bare) })
      }
    }
    const measured: Measured<Slice>[] = []
    for (let round = firstRound; round < firstRound + rounds; round++) {
      onRound(round)
      for (const { route, contender } of turnsOf(frameworks, routes, round)) {
        const pair = pairs.get(contender)
        if (pair === undefined) throw new RangeError(`${contender.server} was not started`)
        // oxlint-disable-next-line no-await-in-loop -- while a slice is measured no other server works
        for (const turn of await takeTurns(pair, route, milliseconds)) measured.push({ contender, route, ...turn })
      }
    }
    return measured
  } finally {
    for (const server of servers) server.close()
  }
}

/** A contender's server, and one of its framework alone. */
interface Pair<Slice> {
  readonly own: Server<Slice>
  readonly alone: Server<Slice>
}

async function takeTurns<Slice>(
  { own, alone }: Pair<Slice>,
  route: Route,
  milliseconds: number,
): Promise<Pick<Measured<Slice>, 'before' | 'own' | 'after'>[]> {
  const take = (server: Server<Slice>): Promise<Slice> => server.slice(route, milliseconds)
  await own.warmUp(route, RESTED)
  await alone.warmUp(route, RESTED)
  const turns: Pick<Measured<Slice>, 'before' | 'own' | 'after'>[] = []
  let before = await take(alone)
  for (let turn = 0; turn < TURNS; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- a slice and those just before and after it are what is compared
    const between = await take(own)
    // oxlint-disable-next-line no-await-in-loop -- the slice just after it
    const after = await take(alone)
    turns.push({ before, own: between, after })
    before = after
  }
  return turns
}

interface Turn {
  readonly route: Route
  readonly contender: Contender
}

function turnsOf(frameworks: readonly Framework[], routes: readonly Route[], round: number): readonly Turn[] {
  return routes.flatMap((route) =>
    frameworks.flatMap(({ contenders }) => {
      const able = contenders.filter((contender) => canAnswer(contender, route))
      const first = round % able.length
      return [...able.slice(first), ...able.slice(0, first)].map((contender) => ({ route, contender }))
    }),
  )
}

/** Whoever keeps no sessions has nothing to read and to write. */
function canAnswer({ sessions }: Contender, { session }: Route): boolean {
  return sessions !== undefined || session === 'untouched'
}
