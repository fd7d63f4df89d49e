/** What a runtime has ready for the suite. */
export interface Place {
  /** Where the application under test answers, over HTTP. */
  readonly origin: string
  /** What `console.log` of this runtime writes of a value. */
  readonly show: (value: unknown) => string
  /** The folder that has the cookies of real Rails versions. */
  readonly railsVectors: string
}

/** One thing that has to hold in every runtime. */
export interface RuntimeCase {
  /** A sentence. */
  readonly name: string
  /** Throws, or rejects, with an `AssertionError` where it does not hold. */
  readonly check: (place: Place) => void | Promise<void>
}
