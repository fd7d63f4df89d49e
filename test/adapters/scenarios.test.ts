import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SessionStore } from '../../src/stores/store.ts'
import { PLACES, type Place } from '../stores/places.ts'
import { FRAMEWORKS } from './matrix.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { World } from './world.ts'

/** The stores that scenarios are played with: one that answers at once, and one that is a server of its own. */
const STORES = PLACES.filter(([name]) => ['memory', 'redis'].includes(name))

async function expectToHold(scenario: Scenario, world: World): Promise<void> {
  try {
    await scenario.run(world)
  } finally {
    await world.close()
  }
}

// Hono prints what a handler throws, and has no setting for it.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterAll(() => void vi.restoreAllMocks())

// In the output of every run, which may not list what was skipped.
for (const { name, cannot = {} } of FRAMEWORKS)
  for (const [sentence, reason] of Object.entries(cannot)) console.log(`${name}: "${sentence}" cannot be: ${reason}`)

describe.each(FRAMEWORKS)('$name', (framework) => {
  const cannot = new Map(Object.entries(framework.cannot ?? {}))
  const play = (where: readonly Scenario['where'][], store: () => SessionStore | undefined): void => {
    const scenarios = SCENARIOS.filter((scenario) => where.includes(scenario.where))
    test.for(scenarios)('$sentence', async (scenario, { skip }) => {
      const reason = cannot.get(scenario.sentence)
      if (reason !== undefined) skip(reason)
      await expectToHold(scenario, new World(framework, store()))
    })
  }

  describe('with sessions in the cookie', () => {
    play(['anywhere', 'in the cookie'], () => undefined)
  })

  describe.each(STORES)('with sessions in the %s store', (_, openPlace) => {
    let place: Place
    let store: SessionStore
    beforeAll(async () => {
      place = await openPlace()
      store = await place.open()
    })
    afterAll(() => place.close())

    play(['anywhere', 'in a store'], () => store)
  })

  test('the scenarios that cannot be here are scenarios', () => {
    const sentences = new Set(SCENARIOS.map(({ sentence }) => sentence))
    expect([...cannot.keys()].filter((sentence) => !sentences.has(sentence))).toEqual([])
  })
})
