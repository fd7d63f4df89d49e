import assert from 'node:assert/strict'
import type { Sessions } from 'coatcheck'
import { session as honoSession } from 'coatcheck/hono'
import { session as webSession } from 'coatcheck/web'
import { Hono } from 'hono'
import type { Data } from '../app/routes.ts'
import { sessions, storedSessions } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'
import type { Fetch, Suite } from '../suites.ts'

/** Makes a WebSocket of a request that says `hello`, as the runtime has it done. */
export type Upgrade = (request: Request) => Response

const PLACES = { 'in the cookie': sessions, 'in a store': storedSessions }

const ADAPTERS = {
  web: (data: Sessions<Data>, upgrade: Upgrade): Fetch =>
    webSession(data, (request: Request) => {
      data.of(request).visits = 3
      return upgrade(request)
    }),
  Hono: (data: Sessions<Data>, upgrade: Upgrade): Fetch => {
    const app = new Hono().use(honoSession(data)).get('/', (c) => {
      data.of(c).visits = 3
      return upgrade(c.req.raw)
    })
    return (request) => app.fetch(request)
  },
}

/** For runtimes in which a response stands for a WebSocket that has begun. */
export function upgradeSuites(upgrade: Upgrade): Suite[] {
  return Object.entries(ADAPTERS).flatMap(([title, adapter]) =>
    Object.entries(PLACES).map(([where, data]) => ({
      title: 'WebSockets',
      where: `${title}, sessions ${where}`,
      cases: [SAYS_HELLO],
      start: ({ serve }) => serve(adapter(data, upgrade)),
    })),
  )
}

const SAYS_HELLO: RuntimeCase = {
  name: 'a WebSocket begins though a cookie is due',
  async check({ origin }) {
    const said = await new Promise((resolve, reject) => {
      const socket = new WebSocket(origin.replace('http', 'ws'))
      socket.addEventListener('message', ({ data }) => resolve(data))
      socket.addEventListener('error', () => reject(new Error('the WebSocket did not begin')))
    })
    assert.equal(said, 'hello')
  },
}
