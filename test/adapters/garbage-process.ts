import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { session } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'

/**
 * Says how many bytes of a request are left when the young generation was collected and nothing else was: the median of a
 * number of rounds. Run with --expose-gc. Its argument is what the handler does with the session: `read` or `write`.
 */
const [what] = process.argv.slice(2)

const sessions = createSessions<{ userId: number; seen: number }>({
  name: 'session',
  secrets: ['Zk3vQ8wX1nB7mC4sL9tR2yU6pJ0hG5dFaEiOuKqWzVx'],
  store: memoryStore({ allowDataLoss: true }),
})

let requests = 0
const handler = session(sessions, (request: IncomingMessage, response: ServerResponse) => {
  const held = sessions.of(request)
  if (what === 'write') held.seen = ++requests
  response.end(`user ${held.userId}`)
})

const first = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
await first.load()
Object.assign(first.session, { userId: 7, seen: 0 })
const { setCookie } = await first.commit()
const [cookie = ''] = setCookie[0]?.split(';') ?? []

const socket = new Socket()
const REQUESTS = 500

async function visit(): Promise<void> {
  for (let count = 0; count < REQUESTS; count++) {
    const request = new IncomingMessage(socket)
    request.headers.cookie = cookie
    // oxlint-disable-next-line no-await-in-loop -- as on one connection
    await handler(request, new ServerResponse(request))
    // oxlint-disable-next-line no-await-in-loop -- the next request comes after the answer
    await turn() // until the store has acknowledged
  }
}

/** What is left of the young generation is moved to the old one by the second. */
async function collectYoung(): Promise<void> {
  await globalThis.gc?.({ type: 'minor', execution: 'async' })
  await globalThis.gc?.({ type: 'minor', execution: 'async' })
}

/** One round's answer: now and then V8 compiles, or grows a table, in the middle of it. */
async function bytesLeft(): Promise<number> {
  await globalThis.gc?.({ type: 'major', execution: 'async' })
  const before = process.memoryUsage().heapUsed
  await visit()
  await collectYoung()
  return (process.memoryUsage().heapUsed - before) / REQUESTS
}

const ROUNDS = 15
const rounds: number[] = []
await visit() // everything is loaded, compiled and cached once
for (let round = 0; round < ROUNDS; round++) {
  // oxlint-disable-next-line no-await-in-loop -- what one round leaves is not to be counted in another
  rounds.push(await bytesLeft())
}
console.log(rounds.toSorted((one, other) => one - other)[(ROUNDS - 1) / 2])
