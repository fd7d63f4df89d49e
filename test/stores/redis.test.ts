import { afterAll, beforeAll, describe } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { RedisCluster } from '../support/redis-cluster.ts'
import { RedisSentinel } from '../support/redis-sentinel.ts'
import { RedisServer } from '../support/redis.ts'
import { valkeyServer } from '../support/valkey-binary.ts'
import { contractTests } from './contract.ts'
import { OF_CLUSTER, OF_SENTINEL, SINGLE, type Clients, type OpenClient } from './redis-clients.ts'

/** As many connections as a case of the contract opens stores at once, each as another process would have it. */
const CLIENTS = 3

describe('redisStore on Redis', () => {
  contractWith(SINGLE, () => RedisServer.start())
})

describe('redisStore on a cluster', () => {
  contractWith(OF_CLUSTER, () => RedisCluster.start())
})

describe('redisStore with Sentinel', () => {
  contractWith(OF_SENTINEL, () => RedisSentinel.start())
})

describe('redisStore on Valkey', () => {
  const { VALKEY_URL: url } = process.env
  contractWith(SINGLE, async () =>
    url === undefined || url === '' ? RedisServer.start({ program: valkeyServer() }) : { url, stop: () => undefined },
  )
})

function contractWith<Place extends object>(
  clients: Clients<Place>,
  start: () => Promise<Place & { stop(): unknown }>,
): void {
  let place: (Place & { stop(): unknown }) | undefined

  beforeAll(async () => {
    place = await start()
  })

  afterAll(() => place?.stop())

  describe.each(clients)('with %s', (_, open) => {
    const opened: OpenClient[] = []
    let stores: SessionStore[] = []
    let next = 0

    beforeAll(async () => {
      for (let number = 0; number < CLIENTS; number++) {
        if (place !== undefined) opened.push(await open(place))
      }
      stores = opened.map(({ client }) => redisStore(client))
    })

    afterAll(() => Promise.all(opened.map((each) => each.close())))

    contractTests(() => {
      const store = stores[next++ % CLIENTS]
      if (store === undefined) throw new Error('no store was opened')
      return store
    })
  })
}
