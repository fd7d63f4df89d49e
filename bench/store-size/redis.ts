import { createClient } from 'redis'
import type * as RedisStore from '../../src/stores/redis.ts'
import { redisServer } from '../../test/support/redis-binary.ts'
import { RedisServer } from '../../test/support/redis.ts'
import { valkeyServer } from '../../test/support/valkey-binary.ts'
import { built } from '../built.ts'
import { fill, type Sample } from './sample.ts'
import type { MeasureStore, StoreSize } from './size.ts'

const { redisStore } = await built<typeof RedisStore>('stores/redis.js')

/** Up to which length of its values Redis keeps a hash packed: what it does by itself, and more. */
const PACKED_UP_TO = [64, 1024]

/** How many sessions of all are asked for their own size. */
const ASKED = 1000

export const measureRedis: MeasureStore = (samples, count) =>
  measureServers([redisServer(), valkeyServer()], samples, count)

async function measureServers(
  programs: readonly string[],
  samples: readonly Sample[],
  count: number,
): Promise<readonly StoreSize[]> {
  const sizes: StoreSize[] = []
  for (const program of programs) {
    for (const sample of samples) {
      for (const packedUpTo of PACKED_UP_TO) {
        // oxlint-disable-next-line no-await-in-loop -- two servers at once would share what is measured, the memory
        sizes.push(await measure(program, sample, packedUpTo, count))
      }
    }
  }
  return sizes
}

async function measure(program: string, sample: Sample, packedUpTo: number, count: number): Promise<StoreSize> {
  // The name that Redis 7 still takes and Redis 6 knows alone.
  const server = await RedisServer.start({ program, settings: ['--hash-max-ziplist-value', String(packedUpTo)] })
  try {
    const before = await usedMemory(server)
    const client = await createClient({ url: server.url }).connect()
    const ids = await fill(redisStore(client), sample, count)
    const keys = ids.slice(0, ASKED).map((id) => `coatcheck:{${id.replace('.', '}:')}`)
    const own = await Promise.all(keys.map((key) => client.memoryUsage(key, { SAMPLES: 0 })))
    // What the connection takes is not the sessions'.
    await client.close()
    const after = await usedMemory(server)
    return {
      store: `${await versionOf(server)}, hash-max-listpack-value ${packedUpTo}`,
      sample,
      bytes: (after - before) / count,
      ofItself: own.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) / own.length,
    }
  } finally {
    await server.stop()
  }
}

async function usedMemory(server: RedisServer): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(String(await server.command('INFO', 'memory')))?.[1])
}

async function versionOf(server: RedisServer): Promise<string> {
  const info = String(await server.command('INFO', 'server'))
  const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
  return valkey === undefined ? `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1]}` : `Valkey ${valkey}`
}
