import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4'
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis5'
import type { IoredisClient, NodeRedisClient } from '../../src/stores/redis.ts'
import type { RedisCluster } from '../support/redis-cluster.ts'
import { MASTER_NAME, type RedisSentinel } from '../support/redis-sentinel.ts'
import type { RedisServer } from '../support/redis.ts'

/** A connected client, with what it has besides the members that the store uses. */
export interface OpenClient {
  readonly client: NodeRedisClient | IoredisClient
  readonly close: () => unknown
}

/** A client as an application makes it, and how. */
export type Clients<Place> = readonly (readonly [name: string, open: (place: Place) => Promise<OpenClient>])[]

/** Each major version of each client, on one server. */
export const SINGLE: Clients<Pick<RedisServer, 'url'>> = [
  ['node-redis 6', ({ url }) => connected(createClient({ url }))],
  ['node-redis 6, a pool', ({ url }) => connected(createClientPool({ url }))],
  ['node-redis 5', ({ url }) => connected(createClient5({ url }))],
  ['node-redis 4', ({ url }) => connected(createClient4({ url }))],
  ['ioredis 6', async ({ url }) => quittable(new Redis(url))],
  ['ioredis 5', async ({ url }) => quittable(new Redis5(url))],
]

export const OF_CLUSTER: Clients<RedisCluster> = [
  ['node-redis 6', (cluster) => connected(createCluster({ rootNodes: urls(cluster) }))],
  ['node-redis 5', (cluster) => connected(createCluster5({ rootNodes: urls(cluster) }))],
  ['node-redis 4', (cluster) => connected(createCluster4({ rootNodes: urls(cluster) }))],
  ['ioredis 6', async (cluster) => quittable(new Cluster(hosts(cluster.nodes)))],
  ['ioredis 5', async (cluster) => quittable(new Cluster5(hosts(cluster.nodes)))],
]

/** node-redis 4 has none for Sentinel. */
export const OF_SENTINEL: Clients<RedisSentinel> = [
  ['node-redis 6', ({ sentinel }) => connected(createSentinel(rootNodes(sentinel)))],
  ['node-redis 5', ({ sentinel }) => connected(createSentinel5(rootNodes(sentinel)))],
  ['ioredis 6', async ({ sentinel }) => quittable(new Redis({ sentinels: hosts([sentinel]), name: MASTER_NAME }))],
  ['ioredis 5', async ({ sentinel }) => quittable(new Redis5({ sentinels: hosts([sentinel]), name: MASTER_NAME }))],
]

export function urls({ nodes }: RedisCluster): { url: string }[] {
  return nodes.map(({ url }) => ({ url }))
}

export function hosts(servers: readonly RedisServer[]): { host: string; port: number }[] {
  return servers.map(({ port }) => ({ host: '127.0.0.1', port }))
}

export function rootNodes(sentinel: RedisServer): {
  name: string
  sentinelRootNodes: { host: string; port: number }[]
} {
  return { name: MASTER_NAME, sentinelRootNodes: hosts([sentinel]) }
}

/** node-redis: `destroy` is new in 5, `disconnect` was before. */
interface Closable extends NodeRedisClient {
  on(event: 'error', listener: () => void): unknown
  destroy?(): unknown
  disconnect?(): unknown
}

export async function connected(client: Closable): Promise<OpenClient> {
  // Connections break in these tests; what that means for the store is what they look at.
  client.on('error', () => {})
  await client.connect()
  return { client, close: () => (client.destroy === undefined ? client.disconnect?.() : client.destroy()) }
}

export function quittable(
  client: IoredisClient & { on(event: 'error', listener: () => void): unknown; disconnect(): void },
): OpenClient {
  client.on('error', () => {})
  return { client, close: () => client.disconnect() }
}
