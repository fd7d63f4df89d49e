/** The client that a server of this bench has to its store, and where the database is. */
export const CLIENT = 'OUTAGE_CLIENT'
export const PLACE = 'OUTAGE_PLACE'

export const CLIENTS = ['node-redis', 'ioredis', 'pg', 'postgres.js', 'node:sqlite'] as const

export type Client = (typeof CLIENTS)[number]

/** What a server tells of itself between two phases. */
export interface Self {
  /** Milliseconds that the event loop was held for at most since it was last asked. */
  readonly heldMs: number
  /** Bytes, after a full collection. */
  readonly heap: number
  readonly resident: number
}

export interface Ready {
  readonly port: number
  /** A Cookie header for each visitor. */
  readonly visitors: readonly string[]
}
