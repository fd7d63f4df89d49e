import type { Capacity } from './capacity.ts'
import type { Contender } from './contender.ts'
import type { Timing } from './measure.ts'

/** What one run found, as the table, the chart and `--json` tell it. */
export interface Result {
  readonly machine: string
  readonly node: string
  readonly rounds: number
  readonly sampleBytes: number
  readonly rows: readonly Row[]
  /** The raw loop with its key as bytes: what a key that is no KeyObject costs here. */
  readonly bufferKey: Work
  /** coatcheck's public `sessions.seal`, with the guard and a new id. */
  readonly freshSession: Timing
}

export interface Work {
  readonly seal: Timing
  readonly open: Timing
}

export interface Row extends Work, Capacity, Pick<Contender, 'name' | 'version' | 'protection'> {}

/** Whether a row is one of coatcheck itself. */
export function isOwn({ name }: Row): boolean {
  return name.startsWith('coatcheck')
}
