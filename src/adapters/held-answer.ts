import { isHttp2, type NodeResponse } from './node-response.ts'
import { shadow } from './shadow.ts'

type Method = 'write' | 'end' | 'flushHeaders'

/** What an application sends while the headers wait for a store. To it, the response looks as if they had left. */
export class HeldAnswer {
  /** In the order of the calls. */
  readonly calls: (readonly [method: Method, args: unknown[]])[] = []
  /** Makes the response look as it is. */
  readonly unveil: () => void
  readonly #response: NodeResponse

  constructor(response: NodeResponse) {
    this.#response = response
    const isEnded = { configurable: true, get: () => this.wasEnded }
    const refuse = { configurable: true, writable: true, value: () => this.#refuse() }
    this.unveil = shadow(response, {
      headersSent: { configurable: true, value: true },
      writableEnded: isEnded,
      finished: isEnded,
      writableNeedDrain: { configurable: true, get: () => this.isAwaited },
      setHeader: refuse,
      setHeaders: refuse,
      appendHeader: refuse,
      removeHeader: refuse,
      // How express-session and older releases of compression ask for headers that are not there.
      _implicitHeader: { configurable: true, value() {} },
    })
  }

  get wasEnded(): boolean {
    return this.calls.some(([method]) => method === 'end')
  }

  /** Whether a writer was told to wait for `drain`. */
  get isAwaited(): boolean {
    return !this.wasEnded && this.calls.some(([method]) => method === 'write')
  }

  take(method: Method | 'writeHead', args: unknown[]): false {
    if (method === 'writeHead') return this.#refuse()
    const [chunk] = args
    if (method === 'write' ? !isChunk(chunk) : !isEnd(chunk)) throw invalidChunk(chunk)
    this.calls.push([method, args])
    return false
  }

  #refuse(): never {
    const code = `ERR_HTTP${isHttp2(this.#response) ? '2' : ''}_HEADERS_SENT`
    throw Object.assign(new Error('Cannot set headers after they are sent to the client'), { code })
  }
}

/** Whether `write` takes it. */
export function isChunk(chunk: unknown): boolean {
  return typeof chunk === 'string' || chunk instanceof Uint8Array
}

/** Whether `end` takes it as its first argument. */
export function isEnd(chunk: unknown): boolean {
  return !chunk || typeof chunk === 'function' || isChunk(chunk)
}

/** As Node would throw it at once. */
function invalidChunk(chunk: unknown): TypeError {
  const message = `The "chunk" argument must be of type string, Buffer or Uint8Array. Received ${typeof chunk}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}
