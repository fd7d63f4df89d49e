import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { REDIS_URL } from './environment.ts'

const url = process.env[REDIS_URL] ?? ''

/** A client of node-redis that is connected. */
export async function nodeRedis() {
  const client = createClient({ url })
  // Redis goes first when the benchmark ends.
  client.on('error', () => {})
  await client.connect()
  return client
}

export function ioredis(): Redis {
  return new Redis(url).on('error', () => {})
}
