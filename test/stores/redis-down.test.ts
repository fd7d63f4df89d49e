import { setTimeout as pause } from 'node:timers/promises'
import { createClient, createCluster } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { assertSession, newChange, newId, newIdBeside, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { RedisCluster } from '../support/redis-cluster.ts'
import { RedisSentinel } from '../support/redis-sentinel.ts'
import { RedisServer } from '../support/redis.ts'
import { startProxy } from '../support/proxy.ts'
import { inStep } from '../support/replication.ts'
import { until } from '../support/until.ts'
import { connected, OF_CLUSTER, OF_SENTINEL, SINGLE, urls, type OpenClient } from './redis-clients.ts'

async function storeOver(opening: Promise<OpenClient>): Promise<SessionStore> {
  const { client, close } = await opening
  onTestFinished(() => void close())
  return redisStore(client)
}

async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.start({ settings })
  onTestFinished(() => server.stop())
  return server
}

describe('after a crash', () => {
  test.each(SINGLE)('what was acknowledged is there with appendfsync always, with %s', async (_, open) => {
    const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
    const store = await storeOver(open(server))
    const [kept, ended] = [newId(), newId()]
    for (const id of [kept, ended]) await store.insert(id, newSession({ entries: { n: '1' } }), NOW)
    await store.update(kept, newChange({ add: { n: 1 } }), NOW)
    await store.delete(ended)
    await server.kill()
    await server.startAgain()
    await until('the client is back', () => isBack(store))
    assertSession(await store.find(kept), newSession({ entries: { n: '2' } }))
    expect(await store.update(kept, newChange({ add: { n: 1 } }), NOW)).toBe(true)
    expect(await store.update(ended, newChange({ add: { n: 1 } }), NOW)).toBe(false)
  })

  test.each(SINGLE)('a Redis that keeps nothing holds no session: every one has ended, with %s', async (_, open) => {
    const server = await startRedis('--appendonly', 'no')
    const store = await storeOver(open(server))
    const id = newId()
    await store.insert(id, newSession({}), NOW)
    await server.kill()
    await server.startAgain()
    await until('the client is back', () => isBack(store))
    expect(await store.find(id)).toBeUndefined()
    expect(await store.update(id, newChange({}), NOW)).toBe(false)
    expect(await store.insert(id, newSession({}), NOW)).toBe(true)
  })
})

describe('when a replica takes over', () => {
  test('behind Sentinel, every client finds the sessions that it had, and changes them', async () => {
    const place = await RedisSentinel.start()
    onTestFinished(() => place.stop())
    await expectToSurvive(await Promise.all(OF_SENTINEL.map(([, open]) => storeOver(open(place)))), () =>
      place.failOver(),
    )
  })

  test('in a cluster, so do ioredis and node-redis 6', async () => {
    const cluster = await RedisCluster.start()
    onTestFinished(() => cluster.stop())
    const refreshing = createCluster({ rootNodes: urls(cluster), topologyRefreshOnReconnectionAttemptStrategy: 200 })
    const others = OF_CLUSTER.filter(([name]) => name.startsWith('ioredis')).map(([, open]) => open(cluster))
    const stores = await Promise.all([connected(refreshing), ...others].map(storeOver))
    await expectToSurvive(stores, () => cluster.failOver())
  })

  test('and node-redis 4 and 5, once the master that died is back', async () => {
    const cluster = await RedisCluster.start()
    onTestFinished(() => cluster.stop())
    const clients = OF_CLUSTER.filter(([name]) => /node-redis [45]/.test(name)).map(([, open]) => open(cluster))
    await expectToSurvive(await Promise.all(clients.map(storeOver)), async () => {
      await cluster.failOver()
      await cluster.masters[0]?.startAgain()
    })
  })
})

describe('when the server becomes a replica and leaves its connections open', () => {
  test.each(SINGLE)('the client opens another connection, and writes work again, with %s', async (_, open) => {
    const [old, next] = [await startRedis('--repl-diskless-sync-delay', '0'), await startRedis()]
    const proxy = await startProxy(old.port)
    onTestFinished(() => proxy.close())
    const store = await storeOver(open({ url: `redis://127.0.0.1:${proxy.port}` }))
    const [id, ended] = [newId(), newId()]
    for (const each of [id, ended]) await store.insert(each, newSession({ entries: { n: '1' } }), NOW)
    await next.command('REPLICAOF', '127.0.0.1', old.port)
    await inStep(old, next)
    await next.command('REPLICAOF', 'NO', 'ONE')
    await old.command('REPLICAOF', '127.0.0.1', next.port)
    proxy.leadTo(next.port)
    await until('the old one is a replica', async () => String(await old.command('ROLE')).startsWith('slave'))
    await expect(store.update(id, newChange({ add: { n: 1 } }), NOW)).rejects.toThrow(/READONLY/)
    await until(
      'a write works',
      async () => (await answerOf(store.update(id, newChange({ add: { n: 1 } }), NOW))) === true,
    )
    const [inserted, found] = [await store.insert(newId(), newSession({}), NOW), await store.find(id)]
    expect(inserted).toBe(true)
    assertSession(found, newSession({ entries: { n: '2' } }))
    await store.delete(ended)
    expect(String(await next.command('DBSIZE'))).toBe('2')
  })

  test.each(SINGLE)(
    'who only reads gets every answer while all that can be reached are replicas, with %s',
    async (_, open) => {
      const [master, replica] = [await startRedis('--repl-diskless-sync-delay', '0'), await startRedis()]
      const store = await storeOver(open(replica))
      const id = newId()
      await store.insert(id, newSession({}), NOW)
      await master.command('REPLICAOF', '127.0.0.1', replica.port)
      await inStep(replica, master)
      await master.command('REPLICAOF', 'NO', 'ONE')
      await replica.command('REPLICAOF', '127.0.0.1', master.port)
      await inStep(master, replica)
      for (let round = 0; round < 30; round++) {
        const asked = [store.find(id), store.update(id, newChange({}), NOW), store.find(id), store.delete(id)] as const // as const: four, in this order
        const [one, slide, two, end] = await Promise.allSettled([...asked, store.find(id)])
        expect([one.status, slide.status, two.status, end.status]).toEqual([
          'fulfilled',
          'rejected',
          'fulfilled',
          'rejected',
        ])
        await pause(50)
      }
    },
  )

  test('behind Sentinel, every client follows when the master is alive and steps back', async () => {
    const place = await RedisSentinel.start()
    onTestFinished(() => place.stop())
    await expectToSurvive(await Promise.all(OF_SENTINEL.map(([, open]) => storeOver(open(place)))), () =>
      place.stepBack(),
    )
  })

  test('in a cluster, every client follows when a master steps back', async () => {
    const cluster = await RedisCluster.start()
    onTestFinished(() => cluster.stop())
    await expectToSurvive(await Promise.all(OF_CLUSTER.map(([, open]) => storeOver(open(cluster)))), () =>
      cluster.stepBack(),
    )
  })
})

describe('when Redis is full', () => {
  /** About 4 kB. */
  const large = newSession({ entries: { large: JSON.stringify('x'.repeat(4000)) } })

  test('a session that it evicted is one that is not there', async () => {
    const server = await startRedis('--maxmemory', '4mb', '--maxmemory-policy', 'allkeys-lru')
    const store = await storeOver(connected(createClient({ url: server.url })))
    const ids = Array.from({ length: 3000 }, newId)
    // In turn, because what waits to be sent takes memory, too.
    for (const id of ids) expect(await store.insert(id, large, NOW)).toBe(true)
    const evicted: string[] = []
    for (const id of ids) if ((await store.find(id)) === undefined) evicted.push(id)
    expect(evicted.length).toBeGreaterThan(1000)
    expect(evicted.length).toBeLessThan(3000)
    const changes = [
      newChange({ set: { a: '1' } }),
      newChange({ add: { a: 1 } }),
      newChange({ newId: newIdBeside(evicted[0] ?? '') }),
    ]
    for (const change of changes) expect(await store.update(evicted[0] ?? '', change, NOW)).toBe(false)
    await store.delete(evicted[0] ?? '')
    expect(await store.insert(evicted[0] ?? '', large, NOW)).toBe(true)
  })

  test('and may not evict, a new session is an error of Redis, and what is there can be read and ended', async () => {
    const server = await startRedis('--maxmemory', '4mb', '--maxmemory-policy', 'noeviction')
    const store = await storeOver(connected(createClient({ url: server.url })))
    const ids: string[] = []
    const fill = async (): Promise<void> => {
      for (let number = 0; number < 3000; number++) {
        const id = newId()
        if (await store.insert(id, large, NOW)) ids.push(id)
      }
    }
    await expect(fill()).rejects.toThrow(/^OOM command not allowed/)
    const [first = '', second = ''] = ids
    assertSession(await store.find(first), large)
    await expect(store.update(first, newChange({ set: { a: '1' }, remove: ['large'] }), NOW)).rejects.toThrow(/^OOM/)
    assertSession(await store.find(first), large)
    await store.delete(first)
    expect(await store.find(first)).toBeUndefined()
    for (const id of ids.slice(2, 100)) await store.delete(id)
    expect(await store.update(second, newChange({ set: { a: '1' } }), NOW)).toBe(true)
  })
})

/** What a store answers within a second, as the caller would wait; `'none'` where it says that it cannot, or nothing. */
async function answerOf<Answer>(answer: Promise<Answer>): Promise<Answer | 'none'> {
  const late = new AbortController()
  try {
    return await Promise.race([answer, pause(1000, 'none' as const, late)]) // as const: the word itself
  } catch {
    return 'none'
  } finally {
    late.abort()
  }
}

async function isBack(store: SessionStore): Promise<boolean> {
  return (await answerOf(store.find(newId()))) !== 'none'
}

/** Sessions of each store, all over the cluster, are never said to have ended, and in the end can be changed again. */
async function expectToSurvive(stores: readonly SessionStore[], failOver: () => Promise<void>): Promise<void> {
  const sessions = stores.flatMap((store) => Array.from({ length: 10 }, () => ({ store, id: newId() })))
  await Promise.all(sessions.map(({ store, id }) => store.insert(id, newSession({}), NOW)))
  const failing = { isOver: false }
  const failed = failOver().then(() => (failing.isOver = true))
  await until('every session can be changed after the failover', async () => {
    const { isOver } = failing
    const answers = await Promise.all(sessions.map(({ store, id }) => answerOf(store.update(id, newChange({}), NOW))))
    expect(answers).not.toContain(false)
    return isOver && answers.every((answer) => answer === true)
  })
  await failed
  const found = await Promise.all(sessions.map(({ store, id }) => store.find(id)))
  expect(found.filter((session) => session === undefined)).toEqual([])
  const inserted = await Promise.all(stores.map((store) => store.insert(newId(), newSession({}), NOW)))
  expect(inserted).toEqual(stores.map(() => true))
}
