import { isHttp2, type NodeResponse } from './node-response.ts'

/** What ends a connection, a socket or a response. */
interface Connected {
  destroy(error?: Error): unknown
  /** Of a socket: whether the client has left. */
  readonly readableEnded?: boolean | undefined
  [KEEPING]?: Keeping | undefined
}

interface Keeping {
  readonly destroy: Connected['destroy']
  /** How many answers wait on it: requests of one connection may come before the first is answered. */
  waiting: number
  isAsked: boolean
}

const KEEPING: unique symbol = Symbol('keeping')

/**
 * Keeps the connection of an answer that was ended and is held: Node alone would have sent it before a handler that throws
 * afterwards has its framework end the connection, as `finalhandler` of Express does. What was asked for is done when the
 * answer has left.
 *
 * @returns what ends that
 */
export function keepConnection(response: NodeResponse): () => void {
  const socket = isHttp2(response) ? undefined : response.req?.socket
  keep(response)
  if (socket !== undefined) keep(socket)
  return () => {
    const isAsked = [letGo(response), socket !== undefined && letGo(socket)].includes(true)
    if (isAsked) process.nextTick(() => (socket === undefined ? response.destroy() : socket.destroySoon()))
  }
}

function keep(connected: Connected): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with what it is of
  const keeping = connected[KEEPING] ?? { destroy: connected.destroy, waiting: 0, isAsked: false }
  try {
    connected.destroy = destroyLater
  } catch {
    return // workerd has sockets that cannot be changed
  }
  keeping.waiting++
  connected[KEEPING] = keeping
}

/** With an error, or where the client has left, it is lost already: nobody could read the answer. */
function destroyLater(this: Connected, error?: Error): unknown {
  const keeping = this[KEEPING]
  if (keeping === undefined) return this
  if (error !== undefined || this.readableEnded === true) return keeping.destroy.call(this, error)
  keeping.isAsked = true
  return this
}

/** Whether it is to be ended now. */
function letGo(connected: Connected): boolean {
  const keeping = connected[KEEPING]
  if (keeping === undefined || --keeping.waiting > 0) return false
  // Assigned, not deleted: V8 would look up all that a socket has by name from then on.
  connected.destroy = keeping.destroy
  connected[KEEPING] = undefined
  return keeping.isAsked
}
