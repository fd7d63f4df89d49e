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
}

/** @param script its text, or the SHA-1 of that */
export type Evaluate = (script: string, keys: readonly string[], args: readonly string[]) => Promise<unknown>
