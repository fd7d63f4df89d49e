/**
 * A server with sessions in a store and, on a SQL database, user sessions in a registry. `GET /` reads, `POST /` writes,
 * `GET /health` asks nobody; a slide is due on every request, as after a weekend.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { AddressInfo } from 'node:net'
import type * as NodeAdapter from '../../src/adapters/node.ts'
import type * as IdentityModule from '../../src/identity/index.ts'
import type * as Index from '../../src/index.ts'
import { built } from '../built.ts'
import { openClient } from './clients.ts'
import { CLIENT, PLACE, type Client, type Ready, type Self } from './environment.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { session } = await built<typeof NodeAdapter>('adapters/node.js')
const { createIdentity, userSessions } = await built<typeof IdentityModule>('identity/index.js')

const VISITORS = 200
const RESOLUTION_MS = 5

// as: the parent names one of them
const { store, registry } = await openClient(process.env[CLIENT] as Client, process.env[PLACE] ?? '')
/** Milliseconds that the clock is ahead: a slide is due when a tenth of the idle timeout has passed. */
let lead = 0
const sessions = createSessions<{ n: number }>({
  name: 'session',
  secrets: [randomBytes(32).toString('base64url')],
  store,
  clock: () => Date.now() + lead,
  idleTimeout: '100d',
  absoluteTimeout: '400d',
})
const identity =
  registry && createIdentity({ sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) })

const server = createServer((request, response) => {
  if (request.url !== '/health') return void answer(request, response)
  send(response)
})

const answer = session(sessions, async (request: IncomingMessage, response: ServerResponse) => {
  const own = sessions.of(request)
  try {
    if (request.url === '/sign-in') {
      own.n = 0
      await identity?.signIn(own, 7)
    } else {
      await identity?.currentUser(own)
      if (request.method === 'POST') own.n = (own.n ?? 0) + 1
    }
    send(response)
  } catch {
    response.writeHead(503, { 'Content-Length': 0 }).end()
  }
})

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo // as: it listens on a port

const ready: Ready = { port, visitors: await Promise.all(Array.from({ length: VISITORS }, signIn)) }
process.send?.(ready)
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()

process.on('message', (order) => {
  if (order === 'slides are due') lead += 11 * 86_400_000
  process.send?.(tell())
})
process.on('disconnect', () => process.exit())

function send(response: ServerResponse): void {
  response.setHeader('Content-Length', 2)
  response.end('ok')
}

async function signIn(): Promise<string> {
  const { status, headers } = await fetch(`http://127.0.0.1:${port}/sign-in`)
  const [line = ''] = headers.getSetCookie()
  if (status !== 200 || line === '') throw new Error(`a sign-in was answered with ${status}`)
  return line.slice(0, line.indexOf(';'))
}

function tell(): Self {
  const heldMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  // The collection of this bench is not what is measured.
  setImmediate(() => delay.reset())
  return { heldMs, heap: heapUsed, resident: rss }
}
