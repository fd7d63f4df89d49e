import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { session } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/stores/redis.ts'
import type { SessionStore } from '../../src/stores/store.ts'

/** A server of a process of its own, with sessions in the store that its arguments name. Says its port once it listens. */
const [kind = '', url = ''] = process.argv.slice(2)

const sessions = createSessions<{ n: number; views: number }>({
  name: 'session',
  secrets: [process.env['SESSION_SECRET'] ?? ''],
  store: await openStore(),
})

/** `POST /n/7` sets n, `POST /views` adds one to views, `POST /end` ends the session; `GET /` shows it. */
const server = createServer(
  session(sessions, (request, response) => {
    const held = sessions.of(request)
    const [, what, value] = request.url?.split('/') ?? []
    if (what === 'n') held.n = Number(value)
    else if (what === 'views') held.increment('views')
    else if (what === 'end') held.destroy()
    const body = what === 'end' ? {} : { n: held.n, views: held.views, isNew: held.isNew }
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(body))
  }),
)
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port) // as: a TCP server has such an address
})
process.once('disconnect', () => process.exit())

async function openStore(): Promise<SessionStore> {
  // An operator would log them; a client without a listener ends the process.
  const ignore = (): void => {}
  if (kind === 'ioredis')
    return redisStore(new Redis(url, { socketTimeout: 3000, maxRetriesPerRequest: 0 }).on('error', ignore))
  if (kind === 'node-redis') {
    const client = createClient({ url }).on('error', ignore)
    await client.connect()
    return redisStore(client)
  }
  throw new Error(`no store is called ${kind}`)
}
