import { isError } from '../errors.ts'
/** Any client, as the few things that the store asks of it. */
export interface RedisCommands {
  /**
   * The fields of a hash and their values, as an object or in turn. `undefined` where the client may let somebody else than the
   * primary answer a command that only reads: a replica, or a cache of its own, which hear of a change later.
   */
  readonly hgetall: ((key: string) => Promise<unknown>) | undefined
  readonly evalsha: Evaluate
  readonly eval: Evaluate
  readonly unlink: (key: string) => Promise<unknown>
  readonly connection: RedisConnection
  /** Whether the client is one of a cluster. */
  readonly knowsCluster: boolean
}

/** @param script its text, or the SHA-1 of that */
export type Evaluate = (script: string, keys: readonly string[], args: readonly string[]) => Promise<unknown>

/** What the connection of a client can say of itself. */
export interface RedisConnection {
  /**
   * Whether the client would keep a command that it is given now, to send it when it has a connection again.
   *
   * @throws `ERR_OPTIONS` where nobody has told it to connect
   */
  isAway(): boolean
  /** Opens another one: what is connected now is not the primary any more. */
  reopen(): void
}

/** What an error says where a command was not given to a client, because that would only keep it. */
export const NO_CONNECTION = 'the client has no connection'

/** Of a script, Redis 6 says it in the middle of its own words. */
export function saysThatItIsReplica(error: unknown): boolean {
  return isError(error) && /(?:^|-)(?:READONLY|MASTERDOWN) /.test(error.message)
}
