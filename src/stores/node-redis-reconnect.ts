import { clearTimeout, elapsed, setTimeout } from '../timers.ts'
import { openedConnection, reopen } from './node-redis-open.ts'
import type { Commands, SingleNodeRedis } from './node-redis-raw.ts'
import type { RedisCommands, RedisConnection } from './redis-commands.ts'

/** Longer than any command of ours takes in a server that is alive. */
const UNANSWERED_MILLISECONDS = 5000

/** Of a connection that is to be left: what was sent on it is answered by then, or not at all. */
const LEAVING_MILLISECONDS = 500

/**
 * Makes a client whose connection has gone silent open another one. A connection that is half open (a cable, a firewall, a
 * host that vanished) gives no error: node-redis waits, and its `socketTimeout` starts anew with each command that is sent, so
 * that under load it never comes. Whoever waits on that connection would wait until the system gives it up, a quarter of an
 * hour by default. ioredis has `socketTimeout`, which does as much.
 *
 * So it does where the server has become a replica: once what was sent has been answered, because node-redis drops it.
 */
export function reconnecting(client: SingleNodeRedis, commands: Commands): RedisCommands {
  let waiting = 0
  let lastSign = 0
  let timer: NodeJS.Timeout | undefined
  let leaving: NodeJS.Timeout | undefined
  let isReopening = false
  const opened = openedConnection(client)

  const change = async (): Promise<void> => {
    if (!client.isReady || isReopening) return
    isReopening = true
    await reopen(client)
    isReopening = false
  }
  const look = (): void => {
    timer = undefined
    if (waiting === 0) return
    if (elapsed() - lastSign < UNANSWERED_MILLISECONDS) watch()
    // One that is not ready is opening another connection already.
    else void change()
  }
  const watch = (): void => {
    timer ??= setTimeout(look, UNANSWERED_MILLISECONDS).unref()
  }
  const leave = (): void => {
    clearTimeout(leaving)
    leaving = undefined
    void change()
  }
  const watched = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    if (waiting++ === 0) lastSign = elapsed()
    watch()
    try {
      return await answer
    } finally {
      waiting--
      lastSign = elapsed()
      if (waiting === 0 && leaving !== undefined) leave()
    }
  }
  const connection: RedisConnection = {
    isAway: () =>
      isReopening ||
      leaving !== undefined ||
      (opened.isOpen() && !client.isReady && client.options?.disableOfflineQueue !== true),
    reopen() {
      if (!client.isReady) return
      if (waiting === 0) leave()
      else leaving ??= setTimeout(leave, LEAVING_MILLISECONDS)
    },
  }

  const { hgetall, evalsha, eval: evaluate, unlink } = commands
  return {
    hgetall: hgetall && ((key) => watched(hgetall(key))),
    evalsha: (...all) => watched(evalsha(...all)),
    eval: (...all) => watched(evaluate(...all)),
    unlink: (key) => watched(unlink(key)),
    connection,
    knowsCluster: false,
  }
}
