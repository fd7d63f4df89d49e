import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openConnection, requestBytes, type Connection } from '../load.ts'

/** What became of the requests of a phase. */
export interface Tally {
  readonly ok: number
  readonly unavailable: number
  /** Any other status, and connections that were closed. */
  readonly other: number
  /** Milliseconds of each request, in no order. */
  readonly latencies: readonly number[]
  readonly seconds: number
}

/** Within how long all connections have come: in one instant, Node itself would be busy with nothing else. */
const ARRIVAL_MS = 1000

/** How long after the phase an answer may still come. */
const PATIENCE_MS = 30_000

export interface Crowd {
  readonly connections: number
  /** Of the phase. */
  readonly milliseconds: number
  /** Milliseconds that a visitor waits after an answer. */
  readonly rest: number
}

/** Sends the requests that `next` gives on that many connections, one after the other on each, for that time. */
export async function flood(
  port: number,
  next: () => Buffer,
  { connections, milliseconds, rest }: Crowd,
): Promise<Tally> {
  const tally = { ok: 0, unavailable: 0, other: 0 }
  const latencies: number[] = []
  const open = new Set<Connection>()
  const began = performance.now()
  const visit = async (_: unknown, number: number): Promise<void> => {
    await pause((number / connections) * Math.min(ARRIVAL_MS, milliseconds / 2))
    let connection: Connection | undefined
    while (performance.now() - began < milliseconds) {
      const sent = performance.now()
      try {
        // oxlint-disable-next-line no-await-in-loop -- the next request leaves when the last one was answered
        connection ??= await openConnection(port)
        open.add(connection)
        // oxlint-disable-next-line no-await-in-loop -- the same
        const { status } = await connection.send(next())
        tally[status === 200 ? 'ok' : status === 503 ? 'unavailable' : 'other']++
      } catch {
        connection?.close()
        connection = undefined
        tally.other++
      }
      latencies.push(performance.now() - sent)
      // oxlint-disable-next-line no-await-in-loop -- a visitor reads
      if (rest > 0) await pause(rest)
    }
    connection?.close()
  }
  // What was not answered by then is as good as never answered.
  const patience = setTimeout(() => open.forEach((each) => each.close()), milliseconds + PATIENCE_MS)
  await Promise.all(Array.from({ length: connections }, visit))
  clearTimeout(patience)
  return { ...tally, latencies, seconds: (performance.now() - began) / 1000 }
}

/** Two that read, one that writes, of one visitor after the other; and one in twenty that asks no store. */
export function visits(visitors: readonly string[]): () => Buffer {
  const reads = visitors.map((cookie) => requestBytes('GET', '/', cookie))
  const writes = visitors.map((cookie) => requestBytes('POST', '/', cookie))
  const health = requestBytes('GET', '/health', '')
  let count = 0
  return () => {
    const at = count++
    if (at % 20 === 19) return health
    const request = (at % 3 === 2 ? writes : reads)[at % visitors.length]
    if (request === undefined) throw new RangeError('no visitors')
    return request
  }
}

const SALT_AT = 5
const COPIES = 16

/** Requests with as many cookies of our name as a header can hold, each with a salt that no process ever drew. */
export function hostileVisits(cookie: string): () => Buffer {
  const name = cookie.slice(0, cookie.indexOf('='))
  const bytes = Buffer.from(cookie.slice(name.length + 1), 'base64url')
  const forged = (): string => {
    randomBytes(16).copy(bytes, SALT_AT)
    return `${name}=${bytes.toString('base64url')}`
  }
  const requests = Array.from({ length: 500 }, () =>
    requestBytes('GET', '/', Array.from({ length: COPIES }, forged).join('; ')),
  )
  let count = 0
  return () => requests[count++ % requests.length] ?? Buffer.alloc(0)
}
