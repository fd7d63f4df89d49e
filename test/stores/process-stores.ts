import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { SINGLE } from './redis-clients.ts'

/** A store with a connection of its own. */
export interface OpenStore {
  readonly store: SessionStore
  readonly close: () => unknown
}

/** How a process opens a store, by name: another store takes a line here, and one in processes.test.ts. */
const STORES: Readonly<Record<string, (place: string) => Promise<OpenStore>>> = {
  'Redis, by node-redis': (url) => openRedis('node-redis 6', url),
  'Redis, by ioredis': (url) => openRedis('ioredis 6', url),
}

export async function openStore(name: string, place: string): Promise<OpenStore> {
  const open = STORES[name]
  if (open === undefined) throw new Error(`There is no store called ${name}`)
  return open(place)
}

async function openRedis(clientName: string, url: string): Promise<OpenStore> {
  const [, open] = SINGLE.find(([name]) => name === clientName) ?? []
  if (open === undefined) throw new Error(`There is no client called ${clientName}`)
  const { client, close } = await open({ url })
  return { store: redisStore(client), close }
}
