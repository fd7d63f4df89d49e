import type { Openable } from './node-redis-open.ts'
import type { Evaluate, RedisCommands } from './redis-commands.ts'

/** What only a client of node-redis of one server has. */
export interface SingleNodeRedis extends Openable {
  readonly isReady: boolean
  readonly options?: { readonly disableOfflineQueue?: boolean | undefined } | undefined
  sendCommand(command: string[], options: object): Promise<unknown>
}

/** A map in RESP3, as node-redis names its types: `RESP_TYPES.MAP`. */
const MAP = 37

/**
 * What node-redis 5 or newer takes with a command: no type mapping of the application's, which may want bytes or maps. Fields and
 * values in turn take half the time of an object, whose keys V8 has to look up.
 */
const OURS = { typeMapping: { [MAP]: Array } }

/**
 * For a client that is ready: it sends at once what it is given, and node-redis counts a command's `timeout` until then only, by
 * an AbortSignal and a timer for each, which costs as much as the rest of the sending. Whoever asks a store has a timeout of
 * their own, which counts until the answer.
 */
const OURS_AT_ONCE = { ...OURS, timeout: undefined }

export type Commands = Omit<RedisCommands, 'connection'>

/** @param readsPrimary whether a command that only reads is answered by the primary */
export function commandsOfSingle(client: SingleNodeRedis, readsPrimary: boolean): Commands {
  return rawCommands((command) => sendTo(client, command), readsPrimary)
}

export function sendTo(client: SingleNodeRedis, command: string[]): Promise<unknown> {
  return client.sendCommand(command, client.isReady ? OURS_AT_ONCE : OURS)
}

/** As raw commands: what its methods add is the arguments in another form, and a promise. */
export function rawCommands(send: (command: string[]) => Promise<unknown>, readsPrimary: boolean): Commands {
  const evaluate =
    (name: string): Evaluate =>
    (script, keys, args) =>
      send([name, script, String(keys.length), ...keys, ...args])
  return {
    hgetall: readsPrimary ? (key) => send(['HGETALL', key]) : undefined,
    evalsha: evaluate('EVALSHA'),
    eval: evaluate('EVAL'),
    unlink: (key) => send(['UNLINK', key]),
    knowsCluster: false,
  }
}
