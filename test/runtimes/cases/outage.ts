import assert from 'node:assert/strict'
import { storedSessions } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'
import { Visitor, type Reply } from '../visitor.ts'

/** What a browser sees while the store does not answer, whatever serves the application. */
export const outageCases: readonly RuntimeCase[] = [
  {
    name: 'a request that touches nothing of its session is answered',
    async check({ origin }) {
      const { status, text } = await new Visitor(origin).ask('/untouched')
      assert.deepEqual([status, text], [200, '{"ok":true}'])
    },
  },
  {
    name: 'where a handler has answered already, nothing of its answer leaves: 503 and Retry-After',
    async check({ origin }) {
      assertUnavailable(await new Visitor(origin).ask('/visit'))
    },
  },
  {
    name: 'nothing of an answer that streams leaves either',
    async check({ origin }) {
      assertUnavailable(await new Visitor(origin).ask('/stream'))
    },
  },
  {
    name: 'no redirect leaves',
    async check({ origin }) {
      const reply = await new Visitor(origin).ask('/redirect')
      assertUnavailable(reply)
      assert.equal(reply.headers.get('location'), null)
    },
  },
  {
    name: 'a visitor whom the store knows is told so before any handler runs, and keeps the cookie',
    async check({ origin }) {
      const visitor = new Visitor(origin, { session: await ticket() })
      assertUnavailable(await visitor.ask('/session'))
      assert.equal(visitor.cookies.size, 1)
    },
  },
]

function assertUnavailable({ status, headers, setCookie, text }: Reply): void {
  assert.equal(status, 503)
  assert.equal(headers.get('retry-after'), '5')
  assert.deepEqual(setCookie, [])
  assert.doesNotMatch(text, /visits|head /)
}

/** The cookie of a session that was written when the store still answered. */
async function ticket(): Promise<string> {
  const exchange = storedSessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
  await exchange.load()
  exchange.session.visits = 1
  const { setCookie } = await exchange.commit()
  return setCookie[0]?.split(/[=;]/)[1] ?? ''
}
