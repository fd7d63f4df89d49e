import { SessionError } from '../errors.ts'
import { checkedMaxBytes } from './max-bytes.ts'
import { commandsOf, type IoredisClient, type NodeRedisClient } from './redis-client.ts'
import type { RedisCommands } from './redis-commands.ts'
import { FIND, INSERT, SET_ENTRIES, UPDATE, type Script } from './redis-scripts.ts'
import { argumentsOf, fieldsOf, sessionIn, setArgumentsOf } from './redis-session.ts'
import type { SessionChange, SessionStore, StoredSession } from './store.ts'

export type { IoredisClient, NodeRedisClient } from './redis-client.ts'

export interface RedisStoreOptions {
  /** What our keys begin with: at most 64 letters, digits and `-_.:/`. Default `coatcheck:`. */
  readonly prefix?: string | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
}

const DEFAULT_PREFIX = 'coatcheck:'

/**
 * Sessions in Redis 6 or newer, or Valkey, over the application's own client: alone, of a cluster, or with Sentinel.
 *
 * ```ts
 * const client = createClient({ url: 'redis://localhost' }) // or new Redis() of ioredis
 * client.on('error', console.error)
 * await client.connect()
 * const store = redisStore(client)
 * ```
 *
 * Each session is one hash, which Redis removes by itself when it expires. What a crash of Redis takes is up to its `appendfsync`;
 * what a failover takes, up to its replication. A session that Redis evicts for want of memory is one that is not there.
 *
 * @throws `ERR_OPTIONS`
 */
export function redisStore(
  client: NodeRedisClient | IoredisClient,
  { prefix = DEFAULT_PREFIX, maxBytes }: RedisStoreOptions = {},
): SessionStore {
  if (typeof prefix !== 'string' || !/^[\w.:/-]{0,64}$/.test(prefix)) {
    throw new SessionError(
      'ERR_OPTIONS',
      `prefix is ${JSON.stringify(prefix)}, expected at most 64 letters, digits and -_.:/, as "coatcheck:".`,
    )
  }
  return new RedisStore(commandsOf(client), prefix, checkedMaxBytes(maxBytes))
}

class RedisStore implements SessionStore {
  readonly name = 'redis'
  readonly maxBytes: number | undefined
  readonly #commands: RedisCommands
  readonly #prefix: string

  constructor(commands: RedisCommands, prefix: string, maxBytes: number | undefined) {
    this.maxBytes = maxBytes
    this.#commands = commands
    this.#prefix = prefix
  }

  async find(id: string): Promise<StoredSession | undefined> {
    const key = this.#keyOf(id)
    try {
      return sessionIn(await (this.#commands.hgetall?.(key) ?? this.#run(FIND, [key], [])))
    } catch (error) {
      // Something else than a hash is under the key.
      if (saysFirst(error, 'WRONGTYPE')) return undefined
      throw error
    }
  }

  async insert(id: string, session: StoredSession, now: number): Promise<boolean> {
    return this.#did(INSERT, [this.#keyOf(id)], [...lifeOf(session, now), ...fieldsOf(session)])
  }

  async update(id: string, change: SessionChange, now: number): Promise<boolean> {
    const life = lifeOf(change, now)
    const values = setArgumentsOf(change)
    if (values !== undefined) return this.#did(SET_ENTRIES, [this.#keyOf(id)], [...life, ...values])
    const ids = change.newId === undefined ? [id] : [id, change.newId]
    const keys = ids.map((each) => this.#keyOf(each))
    return this.#did(UPDATE, keys, [...life, ...argumentsOf(change)])
  }

  async delete(id: string): Promise<void> {
    await this.#commands.unlink(this.#keyOf(id))
  }

  /** What stands in braces decides on the node of a cluster: the part of the id that a session keeps. */
  #keyOf(id: string): string {
    const dot = id.indexOf('.')
    return dot > 0 ? `${this.#prefix}{${id.slice(0, dot)}}:${id.slice(dot + 1)}` : `${this.#prefix}{${id}}`
  }

  async #did(script: Script, keys: readonly string[], args: readonly string[]): Promise<boolean> {
    // A client may be set to give numbers as text.
    return Number(await this.#run(script, keys, args)) === 1
  }

  async #run({ sha, text }: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await this.#commands.evalsha(sha, keys, args)
    } catch (error) {
      // A server that is new, was restarted, took over, or was told to forget its scripts.
      if (saysFirst(error, 'NOSCRIPT')) return this.#commands.eval(text, keys, args)
      throw error
    }
  }
}

/** `now` and the milliseconds from then on, by which Redis removes the session: its own clock may be another one. */
function lifeOf({ expiresAt }: { readonly expiresAt: number }, now: number): string[] {
  return [String(now), String((expiresAt - now) * 1000)]
}

/** Whether Redis answered with an error of that code. */
function saysFirst(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code)
}
