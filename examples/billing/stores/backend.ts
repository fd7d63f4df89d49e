import type { SessionStore } from 'coatcheck/stores'

/** What the demo does with each kind of store. */
export interface Backend {
  /** Once, before there is any worker: whether the server is there, and the table where it takes one. @throws SettingsError */
  prepare(environment: NodeJS.ProcessEnv): Promise<void>
  /** In each worker: the store over a client of its own. A server that is away now may come back later. */
  open(environment: NodeJS.ProcessEnv): Promise<SessionPlace>
}

/** A store as a worker opened it, and what pages say of it. */
export interface SessionPlace {
  readonly store: SessionStore
  /** `Redis` */
  readonly title: string
  /** `redis://localhost:6379`; there is no password in it. */
  readonly address: string
  /** Where in it sessions are: `keys billing:*`. */
  readonly inside: string
}
