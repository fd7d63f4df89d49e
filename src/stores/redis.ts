import { isError, SessionError } from '../errors.ts'
import { elapsed } from '../timers.ts'
import { checkedMaxBytes } from './max-bytes.ts'
import { commandsOf, type IoredisClient, type NodeRedisClient } from './redis-client.ts'
import { saysThatItIsReplica, type RedisCommands } from './redis-commands.ts'
import { createPatience } from './redis-patience.ts'
import { FIND, INSERT, SET_ENTRIES, UPDATE, type Script } from './redis-scripts.ts'
import { argumentsOf, fieldsOf, sessionIn, setArgumentsOf } from './redis-session.ts'
import { commandError } from './redis-set-up.ts'
import type { SessionChange, SessionStore, StoredSession } from './store.ts'

export type { IoredisClient, NodeRedisClient } from './redis-client.ts'

export interface RedisStoreOptions {
  /** What our keys begin with: at most 64 letters, digits and `-_.:/`. Default `coatcheck:`. */
  readonly prefix?: string | undefined
  /** The most bytes of JSON that one session may take. Default 65,536. */
  readonly maxBytes?: number | undefined
}

const DEFAULT_PREFIX = 'coatcheck:'

/** Where another connection leads to a replica, too: a name or a proxy may learn of the failover later than we do. */
const REOPENS_EVERY = 1000

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
  readonly #untilItIsBack: (milliseconds: number) => Promise<void>
  #reopenedAt = -Infinity

  constructor(commands: RedisCommands, prefix: string, maxBytes: number | undefined) {
    this.maxBytes = maxBytes
    this.#commands = commands
    this.#prefix = prefix
    this.#untilItIsBack = createPatience(() => commands.connection.isAway())
  }

  async find(id: string, patience?: number): Promise<StoredSession | undefined> {
    if (this.#commands.connection.isAway()) await this.#untilItIsBack(patience ?? Infinity)
    const key = this.#keyOf(id)
    try {
      return sessionIn(await (this.#commands.hgetall?.(key) ?? this.#run(FIND, [key], [])))
    } catch (error) {
      // Something else than a hash is under the key.
      if (saysFirst(error, 'WRONGTYPE')) return undefined
      throw this.#heard(error)
    }
  }

  async insert(id: string, session: StoredSession, now: number, patience?: number): Promise<boolean> {
    return this.#did(INSERT, [this.#keyOf(id)], [...lifeOf(session, now), ...fieldsOf(session)], patience)
  }

  async update(id: string, change: SessionChange, now: number, patience?: number): Promise<boolean> {
    const life = lifeOf(change, now)
    const values = setArgumentsOf(change)
    if (values !== undefined) return this.#did(SET_ENTRIES, [this.#keyOf(id)], [...life, ...values], patience)
    const ids = change.newId === undefined ? [id] : [id, change.newId]
    const keys = ids.map((each) => this.#keyOf(each))
    return this.#did(UPDATE, keys, [...life, ...argumentsOf(change)], patience)
  }

  async delete(id: string, patience?: number): Promise<void> {
    if (this.#commands.connection.isAway()) await this.#untilItIsBack(patience ?? Infinity)
    try {
      await this.#commands.unlink(this.#keyOf(id))
    } catch (error) {
      throw this.#heard(error)
    }
  }

  /** What stands in braces decides on the node of a cluster: the part of the id that a session keeps. */
  #keyOf(id: string): string {
    const dot = id.indexOf('.')
    return dot > 0 ? `${this.#prefix}{${id.slice(0, dot)}}:${id.slice(dot + 1)}` : `${this.#prefix}{${id}}`
  }

  async #did(script: Script, keys: string[], args: string[], patience = Infinity): Promise<boolean> {
    if (this.#commands.connection.isAway()) await this.#untilItIsBack(patience)
    try {
      // A client may be set to give numbers as text.
      return Number(await this.#run(script, keys, args)) === 1
    } catch (error) {
      throw this.#heard(error)
    }
  }

  /** A server that became a replica in a failover may leave its connections open, and nothing else says so. */
  #heard(error: unknown): unknown {
    const { connection, knowsCluster } = this.#commands
    if (!saysThatItIsReplica(error)) return commandError(error, knowsCluster)
    const now = elapsed()
    if (now - this.#reopenedAt < REOPENS_EVERY) return error
    this.#reopenedAt = now
    connection.reopen()
    return error
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
  return isError(error) && error.message.startsWith(code)
}
