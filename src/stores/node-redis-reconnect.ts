import type { RedisCommands } from './redis-commands.ts'

/** What only a client of node-redis of one server has; 4 calls `disconnect` what 5 calls `destroy`. */
export interface SingleNodeRedis {
  readonly isReady: boolean
  sendCommand(command: string[], options: object): Promise<unknown>
  connect(): Promise<unknown>
  destroy?(): void
  disconnect?(): Promise<void>
}

/** Longer than any command of ours takes in a server that is alive. */
const UNANSWERED_MILLISECONDS = 5000

/**
 * Makes a client whose connection has gone silent open another one. A connection that is half open (a cable, a firewall, a
 * host that vanished) gives no error: node-redis waits, and its `socketTimeout` starts anew with each command that is sent, so
 * that under load it never comes. Whoever waits on that connection would wait until the system gives it up, a quarter of an
 * hour by default. ioredis has `socketTimeout`, which does as much.
 */
export function reconnectingWhenSilent(client: SingleNodeRedis, commands: RedisCommands): RedisCommands {
  let waiting = 0
  let lastSign = 0
  let timer: NodeJS.Timeout | undefined

  const look = (): void => {
    timer = undefined
    if (waiting === 0) return
    if (performance.now() - lastSign < UNANSWERED_MILLISECONDS) watch()
    // One that is not ready is opening another connection already.
    else if (client.isReady) reconnect(client)
  }
  const watch = (): void => {
    timer ??= setTimeout(look, UNANSWERED_MILLISECONDS).unref()
  }
  const watched = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    if (waiting++ === 0) lastSign = performance.now()
    watch()
    try {
      return await answer
    } finally {
      waiting--
      lastSign = performance.now()
    }
  }

  const { hgetall, evalsha, eval: evaluate, unlink } = commands
  return {
    hgetall: hgetall && ((key) => watched(hgetall(key))),
    evalsha: (...all) => watched(evalsha(...all)),
    eval: (...all) => watched(evaluate(...all)),
    unlink: (key) => watched(unlink(key)),
  }
}

function reconnect(client: SingleNodeRedis): void {
  // Commands that wait for an answer are rejected; what goes wrong is the client's own `error` event.
  if (client.destroy === undefined) client.disconnect?.().catch(() => {})
  else client.destroy()
  client.connect().catch(() => {})
}
