import type { Runtime } from './suites.ts'

/** Where a case is checked. */
export interface Place extends Pick<Runtime, 'show' | 'railsVectors'> {
  /** Where the application under test answers, over HTTP. */
  readonly origin: string
}

/** One thing that has to hold in every runtime. */
export interface RuntimeCase {
  /** A sentence. */
  readonly name: string
  /** Throws, or rejects, with an `AssertionError` where it does not hold. */
  readonly check: (place: Place) => void | Promise<void>
}
