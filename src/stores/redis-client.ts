import { SessionError } from '../errors.ts'
import { openedConnection, type Openable } from './node-redis-open.ts'
import { commandsOfPool, type NodeRedisPool } from './node-redis-pool.ts'
import { commandsOfSingle, type SingleNodeRedis } from './node-redis-raw.ts'
import { reconnecting } from './node-redis-reconnect.ts'
import { type Evaluate, type RedisCommands, type RedisConnection } from './redis-commands.ts'
import { createTurn, type Corkable } from './turn.ts'

/**
 * What we use of a client of `redis` (node-redis) 4 or newer: what `createClient`, `createClientPool`, `createCluster` or
 * `createSentinel` gives.
 */
export interface NodeRedisClient {
  connect(): Promise<unknown>
  hGetAll(key: string): Promise<unknown>
  evalSha(sha: string, options: KeysAndArguments): Promise<unknown>
  eval(script: string, options: KeysAndArguments): Promise<unknown>
  unlink(key: string): Promise<unknown>
}

interface KeysAndArguments {
  keys: string[]
  arguments: string[]
}

/** What we use of a `Redis` or a `Cluster` of `ioredis` 5 or newer, or of its sibling `iovalkey`. */
export interface IoredisClient {
  readonly status: string
  /** The connection. A `Cluster` has many. */
  readonly stream?: Corkable | undefined
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  hgetall(key: string): Promise<unknown>
  evalsha(sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  unlink(key: string): Promise<unknown>
}

/** @throws `ERR_OPTIONS` for what is no such client */
export function commandsOf(client: NodeRedisClient | IoredisClient): RedisCommands {
  if (isIoredis(client)) return commandsOfIoredis(client)
  if (isNodeRedis(client)) return commandsOfNodeRedis(client)
  throw new SessionError(
    'ERR_OPTIONS',
    `redisStore takes a client, expected what createClient, createCluster or createSentinel of redis 4 or newer gives, or a Redis or Cluster of ioredis${hintFor(client)}.`,
  )
}

function commandsOfIoredis(client: IoredisClient & Partial<ClusterOptions>): RedisCommands {
  const readsFrom = client.options?.scaleReads ?? 'master'
  const sending = createTurn()
  /** ioredis writes each command when it is given, by a system call and a packet that Redis has to read: twice the work of both. */
  const together = <Answer>(send: () => Answer): Answer => {
    sending.hold(client.stream)
    return send()
  }
  return {
    hgetall: readsFrom === 'master' ? (key) => together(() => client.hgetall(key)) : undefined,
    evalsha: (sha, keys, args) => together(() => client.evalsha(sha, keys.length, ...keys, ...args)),
    eval: (script, keys, args) => together(() => client.eval(script, keys.length, ...keys, ...args)),
    unlink: (key) => together(() => client.unlink(key)),
    connection: connectionOfIoredis(client),
    knowsCluster: 'nodes' in client,
  }
}

function connectionOfIoredis(client: IoredisClient & Partial<ClusterOptions>): RedisConnection {
  if (client.options?.enableOfflineQueue === false)
    return { isAway: () => false, reopen: () => client.disconnect(true) }
  /** It is on its way out, while `status` still says `ready`. */
  let left: Corkable | undefined
  return {
    isAway() {
      const { status } = client
      if (status === 'wait') client.connect().catch(() => {}) // its own `error` event tells
      return status === 'ready' ? left !== undefined && client.stream === left : status !== 'end'
    },
    reopen() {
      if (client.status !== 'ready') return
      left = client.stream
      client.disconnect(true)
    },
  }
}

/** What a `Cluster` of ioredis has, or each client. */
interface ClusterOptions {
  readonly options: { readonly scaleReads?: unknown; readonly enableOfflineQueue?: boolean | undefined }
}

function commandsOfNodeRedis(given: NodeRedisClient & Partial<TypeMapped>): RedisCommands {
  if (isSingle(given)) return reconnecting(given, commandsOfSingle(given, asksPrimaryAlone(given)))
  if (isPool(given)) return commandsOfPool(given, asksPrimaryAlone(given))
  // Without the type mapping of the application, which may want bytes or maps; node-redis 4 has none.
  const client = given.withTypeMapping?.({}) ?? given
  return {
    hgetall: asksPrimaryAlone(client) ? (key) => client.hGetAll(key) : undefined,
    unlink: (key) => client.unlink(key),
    ...(isCluster4(given) ? scriptsOfCluster4(given) : scriptsOfNodeRedis(client)),
    connection: connectionOfMany(given),
    knowsCluster: !('acquire' in given),
  }
}

/** A cluster and Sentinel follow by themselves when a server becomes a replica. */
function connectionOfMany(client: NodeRedisClient & Openable & { readonly isReady?: boolean }): RedisConnection {
  const opened = openedConnection(client)
  return { isAway: () => opened.isOpen() && client.isReady === false, reopen: () => {} }
}

/** Those of many servers (clusters, pools, Sentinel) have connections that come and go, and nobody can tell which one is silent. */
function isSingle(client: object): client is SingleNodeRedis {
  return (
    'isReady' in client &&
    'options' in client &&
    'sendCommand' in client &&
    !('nodeClient' in client) &&
    !('acquire' in client) &&
    !('execute' in client)
  )
}

function isPool(client: object): client is NodeRedisPool {
  return 'execute' in client && !('nodeClient' in client)
}

function scriptsOfNodeRedis(client: NodeRedisClient): Pick<RedisCommands, 'evalsha' | 'eval'> {
  return {
    evalsha: (sha, keys, args) => client.evalSha(sha, { keys: [...keys], arguments: [...args] }),
    eval: (script, keys, args) => client.eval(script, { keys: [...keys], arguments: [...args] }),
  }
}

/** It sends a script to any node, redis/node-redis#2811, unless it is told the key. */
function scriptsOfCluster4(cluster: Cluster4): Pick<RedisCommands, 'evalsha' | 'eval'> {
  const evaluate =
    (name: string): Evaluate =>
    (script, keys, args) =>
      cluster.sendCommand(keys[0], false, [name, script, String(keys.length), ...keys, ...args])
  return { evalsha: evaluate('EVALSHA'), eval: evaluate('EVAL') }
}

/** A client of node-redis 5 or newer. */
interface TypeMapped {
  withTypeMapping(mapping: object): NodeRedisClient
}

/** A cluster of node-redis 4. */
interface Cluster4 {
  sendCommand(firstKey: string | undefined, isReadonly: boolean, args: string[]): Promise<unknown>
}

function isCluster4(client: object): client is Cluster4 {
  return 'nodeClient' in client && !('withTypeMapping' in client)
}

/** Whether a cluster has `useReplicas` and a Sentinel client a `replicaPoolSize` is their secret, so neither counts. */
function asksPrimaryAlone(client: NodeRedisClient & { readonly clientSideCache?: unknown }): boolean {
  const isCluster = 'nodeClient' in client
  const isSentinel = 'acquire' in client
  return !isCluster && !isSentinel && client.clientSideCache === undefined
}

function isIoredis(client: object): client is IoredisClient {
  return hasMethods(client, ['connect', 'hgetall', 'evalsha', 'eval', 'unlink']) && 'status' in client
}

function isNodeRedis(client: object): client is NodeRedisClient {
  return hasMethods(client, ['connect', 'hGetAll', 'evalSha', 'eval', 'unlink']) && !isInLegacyMode(client)
}

function hasMethods(client: object, names: readonly string[]): boolean {
  // as: any object may be asked for any property
  return names.every((name) => typeof (client as Record<string, unknown> | undefined)?.[name] === 'function')
}

/** In the legacy mode of node-redis 4 every command wants a callback; `v4` throws in any other mode. */
function isInLegacyMode(client: { readonly v4?: unknown }): boolean {
  try {
    return client.v4 !== undefined
  } catch {
    return false
  }
}

function hintFor(client: object): string {
  if (hasMethods(client, ['then'])) return '; this is a promise: await it first'
  if (hasMethods(client, ['connect', 'hGetAll'])) return ', without legacyMode'
  return ''
}
