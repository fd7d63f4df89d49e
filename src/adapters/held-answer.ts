import { sendingOf, type NodeResponse, type Sending } from './node-response.ts'
import { shadow } from './shadow.ts'
import { veil } from './veil.ts'

type Call = readonly [method: 'write' | 'end' | 'flushHeaders', args: unknown[]]

/** What an application sends while the headers wait for a store. To it, the response looks as if they had left. */
export interface HeldAnswer {
  /** In their order. */
  readonly calls: readonly Call[]
  /** Who began to listen to `drain`. No middleware has seen them, which would tell them of the next answer too. */
  readonly waiting: readonly (() => void)[]
  has(method: Call[0]): boolean
  /** Takes what is sent. */
  take(method: Call[0] | 'writeHead', args: unknown[]): unknown
  /** Lets the response look as it is. */
  unveil(): void
}

export function holdAnswer(response: NodeResponse): HeldAnswer {
  const calls: Call[] = []
  const waiting: (() => void)[] = []
  const has: HeldAnswer['has'] = (method) => calls.some(([called]) => called === method)
  const veiled = veil(response)
  let liftDrain: (() => void) | undefined
  return {
    calls,
    waiting,
    has,
    take(method, args) {
      if (method === 'writeHead') return response.setHeader('Date', '') // throws, as it is too late for headers
      if (!accepts(method, args)) throw invalidChunk()
      calls.push([method, args])
      veiled.took(method)
      // Nobody waits for what is ended already, and most answers are one `end`.
      if (method !== 'end') liftDrain ??= hearDrain(response, waiting)
      return method !== 'write' && response
    },
    unveil() {
      veiled.lift()
      liftDrain?.()
    },
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
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return true
  return method !== 'write' && (!chunk || typeof chunk === 'function')
}
