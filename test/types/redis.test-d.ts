import type { Cluster, Redis } from 'ioredis'
import { createClient, type RedisClientType, type RedisClusterType, type RedisSentinelType } from 'redis'
import type { RedisClientType as RedisClientType4, RedisClusterType as RedisClusterType4 } from 'redis4'
import type { RedisClientType as RedisClientType5, RedisClusterType as RedisClusterType5 } from 'redis5'
import { expectTypeOf, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'

type Client = Parameters<typeof redisStore>[0]

test('a client is taken by the type that an application writes for it', () => {
  expectTypeOf<RedisClientType>().toExtend<Client>()
  expectTypeOf<RedisClusterType>().toExtend<Client>()
  expectTypeOf<RedisSentinelType>().toExtend<Client>()
  expectTypeOf<RedisClientType5>().toExtend<Client>()
  expectTypeOf<RedisClusterType5>().toExtend<Client>()
  expectTypeOf<RedisClientType4>().toExtend<Client>()
  expectTypeOf<RedisClusterType4>().toExtend<Client>()
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<Client>()
  expectTypeOf<Redis>().toExtend<Client>()
  expectTypeOf<Cluster>().toExtend<Client>()
})

test('what is no client is refused', () => {
  // @ts-expect-error -- a promise
  redisStore(createClient().connect())
  // @ts-expect-error -- commands to be sent together
  redisStore(createClient().multi())
  // @ts-expect-error -- callbacks
  redisStore(createClient().legacy())
  // @ts-expect-error -- nothing at all
  redisStore()
})
