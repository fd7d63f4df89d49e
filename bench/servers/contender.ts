/** A server that is measured: a file that serves all routes in a process of its own. */
export interface Contender {
  /** Its row. */
  readonly title: string
  /** Its file, below `bench/` and without `.ts`. */
  readonly server: string
  /** Whether it keeps none, as a framework alone. */
  readonly isWithoutSessions?: true
}

/** A framework without sessions, and with those that are measured against it. */
export interface Framework {
  readonly bare: Contender
  readonly contenders: readonly Contender[]
}

/** What a server says once it listens. */
export interface Ready {
  readonly port: number
}
