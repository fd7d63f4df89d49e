import { isBytes } from '../bytes.ts'
import { keepConnection } from './kept-connection.ts'
import { sendingOf, type NodeResponse, type Sending } from './node-response.ts'
import { shadow } from './shadow.ts'
import { veil, type Veil } from './veil.ts'

type Call = readonly [method: 'write' | 'end' | 'flushHeaders', args: unknown[]]

/** What an application sends while the headers wait for a store. To it, the response looks as if they had left. */
export class HeldAnswer {
  /** In their order. */
  readonly calls: Call[] = []
  /** Who began to listen to `drain`. No middleware has seen them, which would tell them of the next answer too. */
  readonly waiting: (() => void)[] = []
  readonly #response: NodeResponse
  readonly #veil: Veil
  #liftDrain: (() => void) | undefined
  #letGo: (() => void) | undefined

  constructor(response: NodeResponse) {
    this.#response = response
    this.#veil = veil(response)
  }

  has(method: Call[0]): boolean {
    return this.calls.some(([called]) => called === method)
  }

  /** Takes what is sent. */
  take(method: Call[0] | 'writeHead', args: unknown[]): unknown {
    const response = this.#response
    if (method === 'writeHead') return response.setHeader('Date', '') // throws, as it is too late for headers
    if (!accepts(method, args)) throw invalidChunk()
    this.calls.push([method, args])
    this.#veil.took(method)
    // Nobody waits for what is ended already, and most answers are one `end`.
    if (method === 'end') this.#letGo ??= keepConnection(response)
    else this.#liftDrain ??= hearDrain(response, this.waiting)
    return method !== 'write' && response
  }

  /** Lets the response look as it is. */
  unveil(): void {
    this.#veil.lift()
    this.#liftDrain?.()
    this.#letGo?.()
  }
}

/** Keeps who begins to listen to `drain`, and gives what ends that. */
function hearDrain(response: NodeResponse, waiting: (() => void)[]): () => void {
  const { on } = sendingOf(response)
  const hear: Sending['on'] = (event, listener) => {
    if (event !== 'drain') return on.call(response, event, listener)
    waiting.push(listener)
    return response as object as ReturnType<Sending['on']> // as: every response emits
  }
  return shadow(response, { on: { value: hear, writable: true, enumerable: true } })
}

/** As Node throws at that line. */
function invalidChunk(): TypeError {
  return Object.assign(new TypeError('A chunk has to be text or bytes'), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** Whether Node has no objection to the first of these arguments. */
export function accepts(method: Call[0], [chunk]: unknown[]): boolean {
  if (typeof chunk === 'string' || isBytes(chunk)) return true
  return method !== 'write' && (!chunk || typeof chunk === 'function')
}
