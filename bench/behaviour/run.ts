import type { Contender } from './contender.ts'
import { contenders } from './contenders.ts'
import type { Observation, Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

export interface Result {
  readonly node: string
  readonly contenders: readonly Pick<Contender, 'name' | 'version' | 'server'>[]
  readonly rows: readonly Row[]
}

export interface Row {
  readonly title: string
  /** In the order of the contenders. */
  readonly observations: readonly Observation[]
}

/** Every scenario with every contender, one after the other: they share the clock of the process. */
export async function run(): Promise<Result> {
  const rows: Row[] = []
  for (const scenario of scenarios) {
    const observations = await observeAll(scenario) // oxlint-disable-line no-await-in-loop -- one at a time, see above
    rows.push({ title: scenario.title, observations })
  }
  return {
    node: process.versions.node,
    contenders: contenders.map(({ name, version, server }) => ({ name, version, server })),
    rows,
  }
}

async function observeAll(scenario: Scenario): Promise<Observation[]> {
  const observations: Observation[] = []
  for (const contender of contenders) {
    observations.push(await scenario.observe(contender)) // oxlint-disable-line no-await-in-loop -- one at a time, see above
  }
  return observations
}
