import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { newId } from '../../src/testing/stored-sessions.ts'
import { RedisCluster } from '../support/redis-cluster.ts'
import { RedisServer } from '../support/redis.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { until } from '../support/until.ts'
import { App, Browser } from './browser.ts'
import { SINGLE } from './redis-clients.ts'

async function startRedis(): Promise<RedisServer> {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  return server
}

let started: Promise<RedisCluster> | undefined
afterAll(async () => (await started)?.stop())

/** One for all tests. */
const sharedCluster = (): Promise<RedisCluster> => (started ??= RedisCluster.start())

/** Which of many visits succeeded. */
async function succeeded(visits: readonly Promise<unknown>[]): Promise<number> {
  return (await Promise.allSettled(visits)).filter(({ status }) => status === 'fulfilled').length
}

test.each(SINGLE)(
  'what was answered with 503 while Redis was gone is not done when it is back, and nothing piles up, with %s',
  async (_, open) => {
    const server = await startRedis()
    const { client, close } = await open(server)
    onTestFinished(() => void close())
    const store = redisStore(client)
    const app = new App({ store })
    const browser = new Browser(app)
    await browser.visit((session) => session.increment('views'))
    await server.kill()
    await until('the client knows', async () => {
      const outcome = await browser.begin().then(
        () => 'an answer',
        () => 'none',
      )
      return outcome === 'none'
    })
    const visits = Array.from({ length: 200 }, async (__, at) => {
      const visitor = at % 2 === 0 ? new Browser(app) : browser.copy()
      await visitor.visit((session) => session.increment('views'))
    })
    expect(await succeeded(visits)).toBe(0)
    await server.startAgain()
    await until('the client is back', () =>
      store.find(newId(), 1000).then(
        () => true,
        () => false,
      ),
    )
    expect(Number(await server.command('DBSIZE'))).toBe(0)
    await browser.visit((session) => session.increment('views'))
    expect(Number(await server.command('DBSIZE'))).toBe(1)
  },
)

test.each([
  ['ioredis', (url: string) => new Redis(url)],
  ['ioredis that connects late', (url: string) => new Redis(url, { lazyConnect: true })],
  [
    'node-redis',
    (url: string) => {
      const client = createClient({ url })
      void client.connect()
      return client
    },
  ],
])('a question is answered that comes before the connection is there, with %s', async (_, open) => {
  const server = await startRedis()
  const client = open(server.url)
  client.on('error', () => {})
  onTestFinished(() => void client.disconnect())
  const browser = new Browser(new App({ store: redisStore(client) }))
  await browser.visit((session) => (session['userId'] = 7))
  expect(await browser.data()).toEqual({ userId: 7 })
})

test('a client that nobody told to connect is a mistake of the set-up, and one that was closed is not', async () => {
  const server = await startRedis()
  const client = createClient({ url: server.url }).on('error', () => {})
  const browser = new Browser(new App({ store: redisStore(client) }))
  const write = (): Promise<unknown> => browser.visit((session) => (session['userId'] = 7))
  await expect(write()).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
    message: expect.stringContaining('call await client.connect()') as string,
  })
  await client.connect()
  await write()
  client.destroy()
  await expect(write()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
})

test('clients without a queue of their own are refused at once, as they want it', async () => {
  const server = await startRedis()
  const client = new Redis(server.url, { enableOfflineQueue: false }).on('error', () => {})
  onTestFinished(() => client.disconnect())
  await expect(redisStore(client).find(newId(), 1000)).rejects.toThrow(/enableOfflineQueue/)
  expect(thrownBy(() => redisStore('redis://localhost' as never)).code).toBe('ERR_OPTIONS')
})

test.each(SINGLE)(
  'what the server does not allow its user is a mistake of the set-up, and says what is needed, with %s',
  async (_, open) => {
    const server = await startRedis()
    const { client, close } = await open(server)
    onTestFinished(() => void close())
    const browser = new Browser(new App({ store: redisStore(client) }))
    const write = (): Promise<unknown> => browser.visit((session) => (session['userId'] = 7))
    await server.command('ACL', 'SETUSER', 'default', '-hset')
    await expect(write()).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(/can't run this command.*Let its user run|NOPERM.*Let its user run/s) as string,
    })
    await server.command('ACL', 'SETUSER', 'default', '+@all')
    await write()
    expect(await browser.data()).toEqual({ userId: 7 })
  },
)

test.each(SINGLE)(
  'a client of one server that is one of a cluster is a mistake of the set-up, with %s',
  async (_, open) => {
    const cluster = await sharedCluster()
    const [master] = cluster.masters
    const { client, close } = await open(master ?? cluster.replica)
    onTestFinished(() => void close())
    const store = redisStore(client)
    const errors = await Promise.all(
      Array.from({ length: 30 }, () =>
        store.find(newId()).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    const elsewhere = errors.filter((error) => error !== undefined)
    expect(elsewhere.length).toBeGreaterThan(0)
    for (const error of elsewhere) {
      expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringContaining('createCluster') as string })
    }
  },
)
