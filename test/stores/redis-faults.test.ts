import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy } from '../support/proxy.ts'
import { RedisServer } from '../support/redis.ts'
import { openShop, Shopper } from './shop.ts'

/** Every write is on disk before it is acknowledged. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']

describe.each(['ioredis', 'node-redis'] as const)('with %s,', (kind) => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await RedisServer.start({ settings: DURABLE })
  })
  afterAll(() => redis.stop())

  test('Redis is killed under load and started again: what was acknowledged is there, nobody is signed out, no process was restarted', async () => {
    const shop = await openShop(kind, redis.url)
    const shoppers = Array.from({ length: 8 }, () => new Shopper(shop))
    await Promise.all(shoppers.map((shopper) => shopper.writeUntil(() => shopper.acknowledged >= 20)))
    const goingDown = shoppers.map((shopper) => shopper.writeUntil((status) => status === 503))
    await redis.kill()
    await Promise.all(goingDown)
    const answer = await shoppers[0]?.ask('/', 'GET')
    expect(answer).toMatchObject({ status: 503, retryAfter: '5', setCookie: [], body: { error: 'unavailable' } })
    await redis.startAgain()
    await Promise.all(shoppers.map((shopper) => shopper.writeUntil((status) => status === 200)))
    const answers = await Promise.all(shoppers.map((shopper) => shopper.ask('/', 'GET')))
    for (const [at, { body }] of answers.entries()) {
      expect(body.isNew).toBe(false)
      expect(body.n).toBe(shoppers[at]?.acknowledged)
    }
  })

  test('Redis does not answer for five seconds: every request is answered before, with 503, and it goes on by itself', async () => {
    const shop = await openShop(kind, redis.url)
    const [reader, writer, stranger] = [new Shopper(shop), new Shopper(shop), new Shopper(shop)]
    await Promise.all([reader.write(), writer.write()])
    const pause = await redis.command('CLIENT', 'PAUSE', 5000, 'ALL')
    expect(pause).toBe('OK')
    const answers = await Promise.all([reader.ask('/', 'GET'), writer.ask('/n/2'), stranger.ask('/n/1')])
    for (const { status, setCookie } of answers) {
      expect(status).toBe(503)
      expect(setCookie).toEqual([])
    }
    await reader.writeUntil((status) => status === 200)
    expect((await writer.ask('/', 'GET')).body.isNew).toBe(false)
  })

  test('writes alone do not get through: the handler’s answer is dropped for a 503 before anything of it was sent', async () => {
    const shop = await openShop(kind, redis.url)
    const shopper = new Shopper(shop)
    await shopper.write()
    await redis.command('CLIENT', 'PAUSE', 2500, 'WRITE')
    const { status, body, setCookie } = await shopper.ask('/n/100')
    expect([status, body, setCookie]).toEqual([503, { error: 'unavailable' }, []])
    await shopper.writeUntil((answered) => answered === 200)
  })

  test('the connection stays half open: bounded, and the client opens another one by itself', async () => {
    const proxy = await startProxy(redis.port)
    try {
      const shop = await openShop(kind, `redis://127.0.0.1:${proxy.port}`)
      const shopper = new Shopper(shop)
      await shopper.write()
      proxy.pause()
      expect(await shopper.write()).toBe(503)
      await shopper.writeUntil((status) => status === 200)
      expect((await shopper.ask('/', 'GET')).body).toMatchObject({ isNew: false, n: shopper.acknowledged })
    } finally {
      proxy.cut()
      proxy.close()
    }
  })

  test('the connection is cut: the client opens another one, and nobody is signed out', async () => {
    const proxy = await startProxy(redis.port)
    try {
      const shop = await openShop(kind, `redis://127.0.0.1:${proxy.port}`)
      const shopper = new Shopper(shop)
      await shopper.write()
      proxy.cut()
      await shopper.writeUntil((status) => status === 200)
      expect((await shopper.ask('/', 'GET')).body).toMatchObject({ isNew: false, n: shopper.acknowledged })
    } finally {
      proxy.cut()
      proxy.close()
    }
  })
})
