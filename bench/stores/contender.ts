/** A server that is measured: a file that serves all routes in a process of its own. */
export interface Contender {
  /** Its row. */
  readonly title: string
  /** The name of its file in `contenders/`, without `.ts`. */
  readonly server: string
  /** Where its sessions are, if it has any. */
  readonly database?: 'redis' | 'sqlite' | 'postgres' | undefined
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

/** What a server is told by its environment: the databases, and a folder for files. */
export const REDIS_URL = 'BENCH_REDIS'
export const POSTGRES_URL = 'BENCH_POSTGRES'
export const DIRECTORY = 'BENCH_DIRECTORY'
