import { Redis } from 'ioredis'
import { memoryStore } from '../../src/stores/memory.ts'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { RedisServer } from '../support/redis.ts'

/** One database for a test file, and as many stores over it as there would be processes. */
export interface Place {
  open(): Promise<SessionStore>
  close(): Promise<void>
}

async function openMemory(): Promise<Place> {
  const store = memoryStore()
  return { open: () => Promise.resolve(store), close: () => Promise.resolve() }
}

async function openRedis(): Promise<Place> {
  const server = await RedisServer.start()
  const clients: Redis[] = []
  return {
    async open() {
      const client = new Redis(server.url)
      clients.push(client)
      return redisStore(client)
    },
    async close() {
      for (const client of clients) client.disconnect()
      await server.stop()
    },
  }
}

/** The stores that every rule must hold on. */
export const PLACES: readonly (readonly [name: string, open: () => Promise<Place>])[] = [
  ['memory', openMemory],
  ['redis', openRedis],
]
