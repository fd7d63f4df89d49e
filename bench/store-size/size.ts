import type { Sample } from './sample.ts'

/** What a store takes for sessions of one kind. */
export interface StoreSize {
  /** The store and how it was set. */
  readonly store: string
  readonly sample: Sample
  /** By how much a session makes the memory or the files of the database grow, indexes and all. */
  readonly bytes: number
  /** What of that the database itself counts for the session alone. */
  readonly ofItself?: number | undefined
}

/** Puts `count` sessions of each kind into a database of its own. Another store is a file with one of these. */
export type MeasureStore = (samples: readonly Sample[], count: number) => Promise<readonly StoreSize[]>
