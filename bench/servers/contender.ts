/** A server that is measured: a file that serves all routes in a process of its own. */
export interface Contender {
  /** Its row. */
  readonly title: string
  /** Its file, below `bench/` and without `.ts`. */
  readonly server: string
  /** What the server is told by its environment, where one file serves several rows. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Where its sessions are, if it has any. */
  readonly sessions?: 'cookie' | 'memory' | 'redis' | 'sqlite' | 'postgres' | undefined
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
