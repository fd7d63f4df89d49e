import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'
import { createCluster as createCluster4 } from 'redis4'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import {
  assertSession,
  awkwardEntries,
  newChange,
  newId,
  newIdBeside,
  newSession,
  NOW,
} from '../../src/testing/stored-sessions.ts'
import { RedisCluster } from '../support/redis-cluster.ts'
import { RedisSentinel } from '../support/redis-sentinel.ts'
import { RedisServer } from '../support/redis.ts'
import {
  connected,
  hosts,
  OF_CLUSTER,
  quittable,
  rootNodes,
  SINGLE,
  urls,
  type Clients,
  type OpenClient,
} from './redis-clients.ts'

let server: RedisServer
let cluster: RedisCluster
let sentinel: RedisSentinel

beforeAll(async () => {
  server = await RedisServer.start()
  sentinel = await RedisSentinel.start()
  cluster = await RedisCluster.start()
})

afterAll(() => Promise.all([server, sentinel, cluster].map((place) => place.stop())))

async function storeOver(opening: Promise<OpenClient>): Promise<SessionStore> {
  const { client, close } = await opening
  onTestFinished(() => void close())
  return redisStore(client)
}

const BYTES_AND_MAPS = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.MAP]: Map, [RESP_TYPES.NUMBER]: String }
const ARRAYS = { [RESP_TYPES.MAP]: Array }

const WITH_SETTINGS: Clients<Pick<RedisServer, 'url' | 'port'>> = [
  ['node-redis 6 on RESP2', ({ url }) => connected(createClient({ url, RESP: 2 }))],
  [
    'node-redis 6 that gives bytes, maps and numbers as text',
    ({ url }) => connected(createClient({ url, commandOptions: { typeMapping: BYTES_AND_MAPS } })),
  ],
  [
    'node-redis 6 that gives arrays',
    ({ url }) => connected(createClient({ url, commandOptions: { typeMapping: ARRAYS } })),
  ],
  ['node-redis 6 with a prefix of its own', ({ url }) => connected(createClient({ url, keyPrefix: 'app:' }))],
  ['node-redis 6 with a cache', ({ url }) => connected(createClient({ url, clientSideCache: {} }))],
  [
    'node-redis 6, a pool with a cache',
    ({ url }) => connected(createClientPool({ url }, { clientSideCache: { ttl: 0 } })),
  ],
  [
    'node-redis 5 on RESP3 that gives bytes, maps and numbers as text',
    ({ url }) => connected(createClient5({ url, RESP: 3, commandOptions: { typeMapping: BYTES_AND_MAPS } })),
  ],
  ['ioredis on RESP2', async ({ port }) => quittable(new Redis({ port, protocol: 2 }))],
  ['ioredis with the replies of RESP3', async ({ port }) => quittable(new Redis({ port, replyMapping: 'resp3' }))],
  ['ioredis that gives numbers as text', async ({ port }) => quittable(new Redis({ port, stringNumbers: true }))],
  ['ioredis with a prefix of its own', async ({ port }) => quittable(new Redis({ port, keyPrefix: 'app:' }))],
  ['ioredis that pipelines', async ({ port }) => quittable(new Redis({ port, enableAutoPipelining: true }))],
]

test.each(WITH_SETTINGS)('every verb works with %s', async (_, open) => {
  const store = await storeOver(open(server))
  const id = newId()
  const moved = newIdBeside(id)
  expect(await store.insert(id, newSession({ entries: { ...awkwardEntries(), n: '1' } }), NOW)).toBe(true)
  expect(await store.insert(id, newSession({}), NOW)).toBe(false)
  assertSession(await store.find(id), newSession({ entries: { ...awkwardEntries(), n: '1' } }))
  expect(await store.update(id, newChange({ add: { n: 1 }, remove: ['long'], newId: moved }), NOW)).toBe(true)
  expect(await store.update(id, newChange({}), NOW)).toBe(false)
  const { long: _long, ...others } = awkwardEntries()
  assertSession(await store.find(moved), newSession({ entries: { ...others, n: '2' } }))
  await store.delete(moved)
  expect(await store.find(moved)).toBeUndefined()
})

describe('a server that has forgotten the scripts is told them again', () => {
  async function expectToWork(store: SessionStore, forget: () => Promise<void>): Promise<void> {
    const ids = Array.from({ length: 6 }, newId)
    for (const id of ids) {
      await forget()
      expect(await store.insert(id, newSession({ entries: { n: '1' } }), NOW)).toBe(true)
      await forget()
      const updates = Array.from({ length: 5 }, () => store.update(id, newChange({ add: { n: 1 } }), NOW))
      expect(await Promise.all(updates)).toEqual(Array(5).fill(true))
      const moved = newIdBeside(id)
      await forget()
      expect(await store.update(id, newChange({ newId: moved }), NOW)).toBe(true)
      await forget()
      expect((await store.find(moved))?.entries).toEqual(new Map([['n', '6']]))
    }
  }

  test.each(SINGLE)('with %s', async (_, open) => {
    const store = await storeOver(open(server))
    await expectToWork(store, async () => void (await server.command('SCRIPT', 'FLUSH')))
  })

  test.each(OF_CLUSTER)('by a cluster, with %s', async (_, open) => {
    const store = await storeOver(open(cluster))
    await expectToWork(
      store,
      async () => void (await Promise.all(cluster.masters.map((master) => master.command('SCRIPT', 'FLUSH')))),
    )
  })

  test('and no more than once: then each change is called by its hash', async () => {
    const store = await storeOver(connected(createClient({ url: server.url })))
    await server.command('SCRIPT', 'FLUSH')
    await server.command('CONFIG', 'RESETSTAT')
    for (let number = 0; number < 5; number++) await store.insert(newId(), newSession({}), NOW)
    expect(await callsOf(server)).toMatchObject({ evalsha: 5, eval: 1 })
  })
})

describe('on a cluster', () => {
  test('a session and its next id are in one slot, and sessions are spread over all nodes', async () => {
    const store = await storeOver(connected(createCluster({ rootNodes: urls(cluster) })))
    const slots = new Set<number>()
    for (let number = 0; number < 50; number++) {
      const id = newId()
      const moved = newIdBeside(id)
      await store.insert(id, newSession({}), NOW)
      const before = await keyOf(id)
      await store.update(id, newChange({ newId: moved }), NOW)
      const after = await keyOf(moved)
      expect(after).not.toBe(before)
      expect(await slotOf(after)).toBe(await slotOf(before))
      slots.add(await slotOf(after))
    }
    expect(slots.size).toBeGreaterThan(40)
  })

  test.each(OF_CLUSTER)('something else than a session under its key is not found, with %s', async (_, open) => {
    const store = await storeOver(open(cluster))
    const id = newId()
    const writer = new Cluster(hosts(cluster.nodes))
    onTestFinished(() => writer.disconnect())
    await writer.set(`coatcheck:{${id.replace('.', '}:')}`, '1')
    expect(await store.find(id)).toBeUndefined()
    expect(await store.update(id, newChange({}), NOW)).toBe(false)
  })

  /** The one key in all of the cluster that ends as the id does. */
  async function keyOf(id: string): Promise<string> {
    const keys = await Promise.all(cluster.masters.map((master) => master.command('KEYS', `*${id.split('.')[1]}`)))
    expect(keys.flat()).toHaveLength(1)
    return String(keys.flat()[0])
  }

  async function slotOf(key: string): Promise<number> {
    return Number(await cluster.replica.command('CLUSTER', 'KEYSLOT', key))
  }
})

describe('a replica, which may not know of the last change, is never asked', () => {
  test('by a cluster of node-redis 6 with useReplicas', async () => {
    const client = createCluster({ rootNodes: urls(cluster), useReplicas: true })
    await expectPrimariesAlone(cluster.replica, connected(client), (key) => client.hGetAll(key))
  })

  test('by a cluster of node-redis 5 with useReplicas', async () => {
    const client = createCluster5({ rootNodes: urls(cluster), useReplicas: true })
    await expectPrimariesAlone(cluster.replica, connected(client), (key) => client.hGetAll(key))
  })

  test('by a cluster of node-redis 4 with useReplicas', async () => {
    const client = createCluster4({ rootNodes: urls(cluster), useReplicas: true })
    await expectPrimariesAlone(cluster.replica, connected(client), (key) => client.hGetAll(key))
  })

  test.each(['slave', 'all'] as const)('by a cluster of ioredis with scaleReads: %s', async (scaleReads) => {
    const client = new Cluster(hosts(cluster.nodes), { scaleReads })
    await expectPrimariesAlone(cluster.replica, Promise.resolve(quittable(client)), (key) => client.hgetall(key))
  })

  test('by a Sentinel client with a pool of replicas', async () => {
    const client = createSentinel({ ...rootNodes(sentinel.sentinel), replicaPoolSize: 2 })
    await expectPrimariesAlone(sentinel.replica, connected(client), (key) => client.hGetAll(key))
  })

  /** @param read what the client itself lets a replica answer */
  async function expectPrimariesAlone(
    replica: RedisServer,
    opening: Promise<OpenClient>,
    read: (key: string) => Promise<unknown>,
  ): Promise<void> {
    const store = await storeOver(opening)
    // The replica of a cluster is that of one master in three: of so many ids, it has some.
    const ids = Array.from({ length: 60 }, newId)
    await Promise.all(ids.map((id) => store.insert(id, newSession({}), NOW)))
    await replica.command('CONFIG', 'RESETSTAT')
    const found = await Promise.all(ids.map((id) => store.find(id)))
    expect(found.filter((session) => session === undefined)).toEqual([])
    expect(await callsOf(replica)).toEqual({})
    await Promise.all(ids.map(read))
    expect((await callsOf(replica))['hgetall'], 'the client itself asks it').toBeGreaterThan(0)
  }
})

test('a cache of the client, which hears of a change later, is never asked', async () => {
  const client = createClient({ url: server.url, clientSideCache: { ttl: 0, maxEntries: 0 } })
  const store = await storeOver(connected(client))
  const id = newId()
  await store.insert(id, newSession({}), NOW)
  await store.find(id)
  await store.find(id)
  expect(client.clientSideCache?.size()).toBe(0)
  await client.hGetAll('anything')
  expect(client.clientSideCache?.size(), 'the client itself fills it').toBe(1)
})

/** How often clients called which command that reads a session, counted by the server. */
async function callsOf(place: RedisServer): Promise<Readonly<Record<string, number>>> {
  const stats = String(await place.command('INFO', 'commandstats'))
  return Object.fromEntries(
    [...stats.matchAll(/^cmdstat_(hgetall|evalsha|eval):calls=(\d+)/gm)].map(([, name = '', calls]) => [
      name,
      Number(calls),
    ]),
  )
}
