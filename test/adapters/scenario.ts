import type { World } from './world.ts'

/** Something that is so in every framework. */
export interface Scenario {
  /** A sentence that a user could check. */
  readonly sentence: string
  /** Where sessions have to live for it. */
  readonly where: 'anywhere' | 'in the cookie' | 'in a store'
  readonly run: (world: World) => Promise<void>
}

export function scenario(sentence: string, run: Scenario['run']): Scenario {
  return { sentence, where: 'anywhere', run }
}

export function inCookie(sentence: string, run: Scenario['run']): Scenario {
  return { sentence, where: 'in the cookie', run }
}

export function inStore(
  sentence: string,
  run: (world: World, store: World['store'] & object) => Promise<void>,
): Scenario {
  return {
    sentence,
    where: 'in a store',
    run: (world) => {
      if (world.store === undefined) throw new Error('This scenario is about a store, and there is none.')
      return run(world, world.store)
    },
  }
}
