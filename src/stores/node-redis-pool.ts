import { elapsed } from '../timers.ts'
import { openedConnection, reopen, type Openable } from './node-redis-open.ts'
import { rawCommands, sendTo, type SingleNodeRedis } from './node-redis-raw.ts'
import { NO_CONNECTION, saysThatItIsReplica, type RedisCommands } from './redis-commands.ts'

/** What we use of a pool of node-redis 5 or newer: it lends a client to one task at a time. */
export interface NodeRedisPool extends Openable {
  execute<Answer>(task: (client: SingleNodeRedis) => Promise<Answer>): Promise<Answer>
}

/** Milliseconds, half of what whoever asks waits at least. */
const LONGEST_IN_POOL = 500

/**
 * The commands of a pool, each by the client that it is lent: one that has lost its connection is not given what it would keep, and
 * one whose server became a replica connects again before it goes back.
 */
export function commandsOfPool(pool: NodeRedisPool, readsPrimary: boolean): RedisCommands {
  const opened = openedConnection(pool)
  let away: SingleNodeRedis | undefined
  const send = (command: string[]): Promise<unknown> => {
    const given = elapsed()
    return pool.execute(async (client) => {
      if (!client.isReady) away = client
      // While it opens more connections, tasks wait in the pool, longer than whoever asked.
      if (!client.isReady || elapsed() - given > LONGEST_IN_POOL) throw new Error(NO_CONNECTION)
      try {
        return await sendTo(client, command)
      } catch (error) {
        if (saysThatItIsReplica(error)) await reopen(client)
        throw error
      }
    })
  }
  return {
    ...rawCommands(send, readsPrimary),
    connection: { isAway: () => opened.isOpen() && away?.isReady === false, reopen: () => {} },
  }
}
