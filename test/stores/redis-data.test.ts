import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore, StoredSession } from '../../src/stores/store.ts'
import { newChange, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { RedisServer } from '../support/redis.ts'

let server: RedisServer
let redis: Redis
let store: SessionStore

beforeAll(async () => {
  server = await RedisServer.start()
  redis = new Redis(server.url)
  store = redisStore(redis)
})

afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

beforeEach(() => redis.flushall())

/** All that is in the server, every key with its hash. */
async function dump(): Promise<Record<string, Record<string, string>>> {
  const keys: string[] = []
  for await (const some of redis.scanStream()) keys.push(...(some as string[])) // as: SCAN gives keys
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await redis.hgetall(key)] as const)))
}

describe('what Redis holds', () => {
  test('a session is one hash under its id: its times, and each entry with a colon in front', async () => {
    await store.insert('a1b2.Xy_z-9', newSession({ entries: { userId: '7', expires: '"soon"' } }), NOW)
    await store.update('a1b2.Xy_z-9', newChange({ set: { '': 'null' }, slid: NOW + 5, expiresAt: NOW + 90 }), NOW + 5)
    expect(await dump()).toEqual({
      'coatcheck:{a1b2}:Xy_z-9': {
        created: String(NOW),
        slid: String(NOW + 5),
        expires: String(NOW + 90),
        ':userId': '7',
        ':expires': '"soon"',
        ':': 'null',
      },
    })
  })

  test('a dump of the server shows the hashes of ids, and nothing of the ids that visitors have', async () => {
    const visitors = Array.from({ length: 20 }, () => randomBytes(32).toString('base64url'))
    const idOf = (visitor: string): string => `q7.${createHash('sha256').update(visitor).digest('base64url')}`
    for (const visitor of visitors) await store.insert(idOf(visitor), newSession({ entries: { a: '1' } }), NOW)
    const [renewed = '', ended = '', ...others] = visitors
    const next = randomBytes(32).toString('base64url')
    await store.update(idOf(renewed), newChange({ newId: idOf(next) }), NOW)
    await store.delete(idOf(ended))
    const expected = [next, ...others].map((visitor) => `coatcheck:{q7}:${idOf(visitor).slice(3)}`)
    expect(Object.keys(await dump()).toSorted()).toEqual(expected.toSorted())
  })

  test('a renewal that is sent twice, because its answer was lost, is one renewal', async () => {
    await store.insert('q7.old', newSession({ entries: { a: '1' } }), NOW)
    const change = newChange({ set: { b: '2' }, newId: 'q7.new' })
    expect(await store.update('q7.old', change, NOW)).toBe(true)
    expect(await store.update('q7.old', change, NOW)).toBe(true)
    expect(Object.keys(await dump())).toEqual(['coatcheck:{q7}:new'])
  })

  test('an id without a dot is one key, too', async () => {
    await store.insert('plain', newSession({ entries: { a: '1' } }), NOW)
    await store.insert('.dot', newSession({ entries: { b: '2' } }), NOW)
    expect(Object.keys(await dump()).toSorted()).toEqual(['coatcheck:{.dot}', 'coatcheck:{plain}'])
    expect((await store.find('plain'))?.entries).toEqual(new Map([['a', '1']]))
    expect((await store.find('.dot'))?.entries).toEqual(new Map([['b', '2']]))
  })

  test('stores with different prefixes hold different sessions', async () => {
    const [shop, admin] = [redisStore(redis, { prefix: 'shop/' }), redisStore(redis, { prefix: '' })]
    await shop.insert('a.b', newSession({ entries: { of: '"shop"' } }), NOW)
    expect(await admin.find('a.b')).toBeUndefined()
    expect(await admin.insert('a.b', newSession({ entries: { of: '"admin"' } }), NOW)).toBe(true)
    expect(Object.keys(await dump()).toSorted()).toEqual(['shop/{a}:b', '{a}:b'])
  })

  test('a session of ten thousand entries is written, changed and read whole', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => at.toString(36))
    const entries = Object.fromEntries(names.map((name) => [name, '1']))
    expect(await store.insert('a.b', newSession({ entries }), NOW)).toBe(true)
    const add = Object.fromEntries(names.map((name) => [name, 1]))
    expect(await store.update('a.b', newChange({ add }), NOW)).toBe(true)
    const found = await store.find('a.b')
    expect(found?.entries).toEqual(new Map(names.map((name) => [name, '2'])))
    expect(await store.update('a.b', newChange({ remove: names }), NOW)).toBe(true)
    expect((await store.find('a.b'))?.entries).toEqual(new Map())
  })
})

describe('when Redis removes it', () => {
  /** By the clock of a machine that is ten years behind that of Redis. */
  const then = NOW - 315_360_000
  const lasting = (seconds: number): StoredSession =>
    newSession({ created: then, slid: then, expiresAt: then + seconds })

  test('after the time that was left by the clock of the caller, whatever its own says', async () => {
    await store.insert('a.b', lasting(1000), then)
    await expectSecondsLeft('coatcheck:{a}:b', 1000)
  })

  test('an update that leaves the end where it is leaves that, too', async () => {
    await store.insert('a.b', lasting(1000), then)
    const change = newChange({ slid: then + 1, expiresAt: then + 1000, set: { a: '1' } })
    expect(await store.update('a.b', change, then + 1)).toBe(true)
    await expectSecondsLeft('coatcheck:{a}:b', 1000)
    expect(await store.find('a.b')).toMatchObject({ slid: then + 1, expiresAt: then + 1000 })
  })

  test('each update moves that, and so does a new id', async () => {
    await store.insert('a.b', lasting(1000), then)
    await store.update('a.b', newChange({ slid: then + 500, expiresAt: then + 5000 }), then + 500)
    await expectSecondsLeft('coatcheck:{a}:b', 4500)
    const moved = newChange({ slid: then + 600, expiresAt: then + 3600, newId: 'a.c' })
    await store.update('a.b', moved, then + 600)
    expect(await redis.exists('coatcheck:{a}:b')).toBe(0)
    await expectSecondsLeft('coatcheck:{a}:c', 3000)
  })

  test('a session is gone from the server when its time is over, and nobody has to sweep', async () => {
    expect(store).not.toHaveProperty('sweep')
    await redis.config('SET', 'notify-keyspace-events', 'Ex')
    const listener = redis.duplicate()
    await listener.subscribe('__keyevent@0__:expired')
    const expired = once(listener, 'message')
    await store.insert('a.b', lasting(1), then)
    expect((await expired)[1]).toBe('coatcheck:{a}:b')
    listener.disconnect()
    expect(await dump()).toEqual({})
    expect(await store.update('a.b', newChange({}), then)).toBe(false)
  })

  test('a session that ends with the very update is not there any more', async () => {
    await store.insert('a.b', newSession({}), NOW)
    expect(await store.update('a.b', newChange({ expiresAt: NOW }), NOW)).toBe(true)
    expect(await dump()).toEqual({})
  })

  /** To a hundred seconds, which a machine may have been busy with something else. */
  async function expectSecondsLeft(key: string, seconds: number): Promise<void> {
    const left = await redis.ttl(key)
    expect(left).toBeGreaterThan(seconds - 100)
    expect(left).toBeLessThanOrEqual(seconds)
  }
})

describe('what is no session', () => {
  test.each([
    ['a string', () => redis.set('coatcheck:{a}:b', '1')],
    ['a list', () => redis.rpush('coatcheck:{a}:b', '1')],
    ['a set', () => redis.sadd('coatcheck:{a}:b', '1')],
    ['a sorted set', () => redis.zadd('coatcheck:{a}:b', 1, '1')],
    ['a stream', () => redis.xadd('coatcheck:{a}:b', '*', 'a', '1')],
  ])('%s under the key of a session is not found, and nothing changes it but a new session', async (_, put) => {
    await put()
    const before = await redis.dump('coatcheck:{a}:b')
    expect(await store.find('a.b')).toBeUndefined()
    expect(await store.update('a.b', newChange({ set: { a: '1' } }), NOW)).toBe(false)
    expect(await store.update('a.b', newChange({ newId: 'a.c' }), NOW)).toBe(false)
    expect(await redis.dump('coatcheck:{a}:b')).toBe(before)
    expect(await store.insert('a.b', newSession({ entries: { b: '2' } }), NOW)).toBe(true)
    expect((await store.find('a.b'))?.entries).toEqual(new Map([['b', '2']]))
  })

  /** The session `a.b`, once without that time and once with nonsense there. */
  async function spoiled(field: string, check: () => Promise<void>): Promise<void> {
    for (const spoil of [() => redis.hdel('coatcheck:{a}:b', field), () => redis.hset('coatcheck:{a}:b', field, 'x')]) {
      await redis.flushall()
      await store.insert('a.b', newSession({ entries: { a: '1' } }), NOW)
      await spoil()
      await check()
    }
  }

  test.each(['created', 'slid', 'expires'])('a hash without %s, or with nonsense there, is not found', (field) =>
    spoiled(field, async () => {
      const before = await dump()
      expect(await store.find('a.b')).toBeUndefined()
      expect(await store.update('a.b', newChange({ set: { a: '2' }, newId: 'a.c' }), NOW)).toBe(false)
      expect(await dump()).toEqual(before)
      expect(await store.insert('a.b', newSession({ entries: { b: '2' } }), NOW)).toBe(true)
      expect((await store.find('a.b'))?.entries).toEqual(new Map([['b', '2']]))
    }),
  )

  test('a hash without an end, or with nonsense there, takes no values', () =>
    spoiled('expires', async () => {
      const before = await dump()
      expect(await store.update('a.b', newChange({ set: { a: '2' } }), NOW)).toBe(false)
      expect(await dump()).toEqual(before)
    }))

  test('fields that are not ours are no entries', async () => {
    await store.insert('a.b', newSession({ entries: { a: '1' } }), NOW)
    await redis.hset('coatcheck:{a}:b', 'note', 'of somebody else')
    expect((await store.find('a.b'))?.entries).toEqual(new Map([['a', '1']]))
  })
})
