import type { Contender } from './contender.ts'

/** One row of the table: something that happens to sessions, done to a real application over HTTP. */
export interface Scenario {
  readonly title: string
  observe(contender: Contender): Promise<Observation>
}

export interface Observation {
  /** What happened, in the few words of a table. */
  readonly cell: string
  /** What was seen, from which the cell follows. For `--json`. */
  readonly seen: Readonly<Record<string, unknown>>
}
