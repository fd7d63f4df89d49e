import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { isHttp2, type NodeResponse } from './node-response.ts'
import { shadow } from './shadow.ts'

/** What makes a response look as if its headers had left, and as if whatever was taken from its writer had been sent. */
export interface Veil {
  took(method: 'write' | 'end' | 'flushHeaders'): void
  /** Lets the response look as it is. */
  lift(): void
}

/** By `_header` and `headersSent` Node itself knows whether headers have left: whoever sets one gets its own error. */
export function veil(response: NodeResponse): Veil {
  return isHttp2(response) ? veilHttp2(response) : new VeilHttp1(response)
}

/**
 * Most answers are one `end`, and every request pays for it that writes to its session. So what Node keeps in properties of its
 * own is assigned: to define others and to delete them again takes V8 ten times as long.
 */
class VeilHttp1 implements Veil {
  readonly #response: ServerResponse & { _header?: unknown }
  readonly #header: unknown
  readonly #finished: boolean
  #liftBody: (() => void) | undefined

  constructor(response: ServerResponse & { _header?: unknown }) {
    this.#response = response
    // oxlint-disable-next-line no-underscore-dangle -- Node's own name for it
    this.#header = response._header
    this.#finished = response.finished
    // oxlint-disable-next-line no-underscore-dangle -- see above
    response._header = true
  }

  took(method: 'write' | 'end' | 'flushHeaders'): void {
    const response = this.#response
    // `writableEnded` follows it.
    if (method === 'end') response.finished = true
    if (method === 'write')
      this.#liftBody ??= shadow(response, { writableNeedDrain: { get: () => !response.finished } })
  }

  lift(): void {
    this.#liftBody?.()
    // oxlint-disable-next-line no-underscore-dangle -- see above
    this.#response._header = this.#header
    this.#response.finished = this.#finished
  }
}

function veilHttp2(response: Http2ServerResponse): Veil {
  let isWritten = false
  let isEnded = false
  const ended = { get: () => isEnded }
  const liftBody = shadow(response, {
    writableEnded: ended,
    finished: ended,
    writableNeedDrain: { get: () => isWritten && !isEnded },
  })
  const liftHead = shadow(response.stream, { headersSent: { value: true } })
  return {
    took(method) {
      isWritten ||= method === 'write'
      isEnded ||= method === 'end'
    },
    lift() {
      liftBody()
      liftHead()
    },
  }
}
