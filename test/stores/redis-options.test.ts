import { EventEmitter } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import * as nodeRedis from 'redis'
import { createClient as createClient4 } from 'redis4'
import { expect, test } from 'vitest'
import { redisStore, type NodeRedisClient, type RedisStoreOptions } from '../../src/stores/redis.ts'
import { thrownBy } from '../support/thrown-by.ts'

/** None of these connects: a store asks nothing of its client before it has to. */
const client = nodeRedis.createClient()
const ioredis = new Redis({ lazyConnect: true })

/** node-redis 3 and what else has the commands in small letters, but is neither ioredis nor like it. */
const lowerCase = Object.assign(new EventEmitter(), {
  hgetall: () => true,
  evalsha: () => true,
  eval: () => true,
  unlink: () => true,
})

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /ioredis\.$/],
  ['null', null, /ioredis\.$/],
  ['a URL', 'redis://localhost', /ioredis\.$/],
  ['an object', {}, /ioredis\.$/],
  ['a module', nodeRedis, /ioredis\.$/],
  ['a function that makes clients', nodeRedis.createClient, /ioredis\.$/],
  ['a class of clients', Redis, /ioredis\.$/],
  ['commands to be sent together', client.multi(), /ioredis\.$/],
  ['a pipeline of ioredis', ioredis.pipeline(), /ioredis\.$/],
  ['a client of node-redis 3', lowerCase, /ioredis\.$/],
  ['callbacks of node-redis 5', client.legacy(), /ioredis\.$/],
  ['a client of node-redis 4 in legacy mode', createClient4({ legacyMode: true }), /ioredis, without legacyMode\.$/],
  ['a client that is still to come', Promise.resolve(client), /ioredis; this is a promise: await it first\.$/],
])('%s is no client, and the error says what is', (_, given, sentence) => {
  const error = thrownBy(() => redisStore(given as NodeRedisClient)) // as: the types would refuse it
  expect(error.code).toBe('ERR_OPTIONS')
  expect(error.message).toMatch(
    /^redisStore takes a client, expected what createClient, createCluster or createSentinel/,
  )
  expect(error.message).toMatch(sentence)
})

test.each([
  ['a client', client],
  ['a client with other replies', client.withTypeMapping({})],
  ['a pool', nodeRedis.createClientPool()],
  ['a cluster', nodeRedis.createCluster({ rootNodes: [] })],
  ['Sentinel', nodeRedis.createSentinel({ name: 'a', sentinelRootNodes: [] })],
  ['a client of node-redis 4', createClient4()],
  ['a client of ioredis', ioredis],
  ['a cluster of ioredis', new Cluster([], { lazyConnect: true })],
])('%s is a client before it has connected', (_, given) => {
  expect(redisStore(given)).toMatchObject({ name: 'redis', maxBytes: undefined })
})

test.each<[RedisStoreOptions, string]>([
  [{ prefix: 'a{b}' }, 'prefix is "a{b}", expected at most 64 letters, digits and -_.:/, as "coatcheck:".'],
  [{ prefix: 'a b' }, 'prefix is "a b", expected'],
  [{ prefix: 'sessions*' }, 'prefix is "sessions*", expected'],
  [{ prefix: 'é' }, 'prefix is "é", expected'],
  [{ prefix: 'a\n' }, String.raw`prefix is "a\n", expected`],
  [{ prefix: 'x'.repeat(65) }, 'expected at most 64'],
  [{ prefix: 7 as never }, 'prefix is 7, expected'], // as: JavaScript can
  [{ prefix: null as never }, 'prefix is null, expected'], // as: JavaScript can
  [{ maxBytes: 0 }, 'maxBytes is 0, expected a whole number of bytes, as 65536.'],
  [{ maxBytes: -1 }, 'maxBytes is -1, expected'],
  [{ maxBytes: 1.5 }, 'maxBytes is 1.5, expected'],
  [{ maxBytes: Number.POSITIVE_INFINITY }, 'maxBytes is Infinity, expected'],
  [{ maxBytes: Number.NaN }, 'maxBytes is NaN, expected'],
  [{ maxBytes: '65536' as never }, 'maxBytes is 65536, expected'], // as: JavaScript can
])('options that cannot be are refused: %j', (options, message) => {
  const error = thrownBy(() => redisStore(client, options))
  expect(error.code).toBe('ERR_OPTIONS')
  expect(error.message).toContain(message)
})

test('options that can be are taken', () => {
  expect(redisStore(client, { prefix: '', maxBytes: 1 }).maxBytes).toBe(1)
  expect(redisStore(client, { prefix: 'Shop-1_a.b:c/', maxBytes: 1_000_000 }).maxBytes).toBe(1_000_000)
  expect(redisStore(client, { prefix: undefined, maxBytes: undefined }).maxBytes).toBeUndefined()
})
