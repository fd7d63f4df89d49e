import type { RedisServer } from './redis.ts'
import { until } from './until.ts'

/** Resolves when the replica has all that its master has now: replication is asynchronous. */
export async function inStep(master: RedisServer, replica: RedisServer): Promise<void> {
  await until('the replica is in step with its master', async () => {
    const [ours, theirs] = await Promise.all([replicationOf(master), replicationOf(replica)])
    return /state=online/.test(ours) && offsetIn(theirs) >= offsetIn(ours)
  })
}

async function replicationOf(server: RedisServer): Promise<string> {
  return String(await server.command('INFO', 'replication'))
}

function offsetIn(replication: string): number {
  return Number(/^master_repl_offset:(\d+)/m.exec(replication)?.[1])
}
