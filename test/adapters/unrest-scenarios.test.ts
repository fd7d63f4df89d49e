import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { proof } from '../support/proof.ts'
import type { Framework } from './app.ts'
import { FRAMEWORKS } from './matrix.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { ofClients, UnrestWorld, type StoreTrouble, type Trouble } from './unrest-world.ts'

const OF_CLIENTS: readonly Trouble[] = ['a client leaves before the headers', 'a client leaves in the body']
const OF_STORES: readonly StoreTrouble[] = [
  'a client leaves while the store is asked',
  'the store fails',
  'the store hangs',
  'the store fails and recovers',
]

interface Play {
  readonly framework: Framework
  readonly scenario: Scenario
  readonly trouble: Trouble
  readonly isInStore: boolean
}

/** Every scenario in every framework, with everything that can go wrong. */
const PLAYS: readonly Play[] = SCENARIOS.flatMap((scenario) =>
  FRAMEWORKS.filter(({ cannot = {} }) => !Object.hasOwn(cannot, scenario.sentence)).flatMap((framework) => [
    ...(scenario.where === 'in a store'
      ? []
      : OF_CLIENTS.map((trouble) => ({ framework, scenario, trouble, isInStore: false }))),
    ...(scenario.where === 'in the cookie'
      ? []
      : [...OF_CLIENTS, ...OF_STORES].map((trouble) => ({ framework, scenario, trouble, isInStore: true }))),
  ]),
)

/** How many of them `npm test` leaves out between two that it plays: no divisor of what there is of each. */
const STEP = proof(1, 11)
/** Those with a store that hangs wait, and no more than that, for a second each. */
const atATime = (trouble: Trouble): number => (trouble === 'the store hangs' ? 96 : 16)
/** A scenario whose questions somebody else took waits for ever. */
const patienceOf = (trouble: Trouble): number => (trouble === 'the store hangs' ? 1500 : 300)

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {}) // as in the scenarios themselves
  process.setMaxListeners(0) // several scenarios that hear warnings are played at a time
})
afterAll(() => void vi.restoreAllMocks())

test(
  'every scenario, with clients that leave at every step and stores that fail, hang and recover, ends no process',
  async () => {
    const uncaught: string[] = []
    let playing = ''
    const hear = (error: unknown): void => {
      const isOfScenario =
        typeof error === 'object' && error !== null && (ofClients.has(error) || 'matcherResult' in error)
      if (!isOfScenario) uncaught.push(`${playing}: ${error instanceof Error ? String(error.stack) : typeof error}`)
    }
    const giveBack = takeOver(hear)
    try {
      const all = PLAYS.filter((_, at) => at % STEP === 0)
      expect(all.length).toBeGreaterThan(500)
      for (const trouble of [...OF_CLIENTS, ...OF_STORES]) {
        const left = all.filter((each) => each.trouble === trouble)
        while (left.length > 0) {
          const plays = left.splice(0, atATime(trouble))
          playing = plays.map(({ framework, scenario }) => `${framework.name}: ${scenario.sentence}`).join('\n')
          await Promise.all(plays.map(play))
        }
      }
    } finally {
      giveBack()
    }
    expect(uncaught).toEqual([])
  },
  proof(600_000, 60_000),
)

/** What a scenario says in such a world is not asked: only that nothing is left that ends the process. */
async function play({ framework, scenario, trouble, isInStore }: Play): Promise<void> {
  const world = new UnrestWorld(framework, isInStore ? memoryStore({ allowDataLoss: true }) : undefined, trouble)
  const patience = Promise.withResolvers<void>()
  const timer = setTimeout(patience.resolve, patienceOf(trouble))
  const run = scenario.run(world).catch(() => {})
  await Promise.race([run, patience.promise])
  clearTimeout(timer)
  await world.close()
  await new Promise(setImmediate)
}

/** Hears alone what nobody caught, in the place of the test runner; gives what ends that. */
function takeOver(hear: (error: unknown) => void): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.listeners(event as 'uncaughtException'))
  for (const event of events) process.removeAllListeners(event).on(event, hear)
  return () => {
    for (const [at, event] of events.entries()) {
      process.removeAllListeners(event)
      for (const listener of before[at] ?? []) process.on(event as 'uncaughtException', listener)
    }
  }
}
