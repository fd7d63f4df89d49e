import assert from 'node:assert/strict'
import type { RuntimeCase } from '../case.ts'
import { Visitor } from '../visitor.ts'

const ATTRIBUTES = '; Path=/; HttpOnly; SameSite=Lax'

/** What a browser sees of the application, whatever serves it and wherever its sessions live. */
export const visitCases: readonly RuntimeCase[] = [
  {
    name: 'a request that touches nothing of its session gets no cookie and no header of ours',
    async check({ origin }) {
      const { setCookie, headers } = await new Visitor(origin).ask('/untouched')
      assert.deepEqual(setCookie, [])
      assert.equal(headers.get('vary'), null)
      assert.equal(headers.get('cache-control'), null)
    },
  },
  {
    name: 'a request that only reads varies by Cookie and gets none',
    async check({ origin }) {
      const { setCookie, headers, text } = await new Visitor(origin).ask('/session')
      assert.deepEqual(setCookie, [])
      assert.equal(headers.get('vary'), 'Cookie')
      assert.deepEqual(JSON.parse(text), { flash: {} })
    },
  },
  {
    name: 'what one request writes the next one reads',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      for (const visits of [1, 2, 3]) assert.deepEqual(await visitor.json('/visit'), { visits })
    },
  },
  {
    name: 'the cookie has the attributes that it should have, and its response is not to be stored',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      const { setCookie, headers } = await visitor.ask('/visit')
      assert.deepEqual(setCookie, [`session=${visitor.cookies.get('session')}${ATTRIBUTES}`])
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('vary'), 'Cookie')
    },
  },
  {
    name: 'a redirect carries the cookie',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      const { status, headers, setCookie } = await visitor.ask('/redirect')
      assert.equal(status, 303)
      assert.match(headers.get('location') ?? '', /\/session$/)
      assert.equal(setCookie.length, 1)
      assert.deepEqual(await visitor.json('/session'), { visits: 9, flash: {} })
    },
  },
  {
    name: 'a response that is streaming can read its session, and writing throws ERR_SESSION_SENT',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      assert.equal((await visitor.ask('/stream')).text, 'head visits 3, ERR_SESSION_SENT')
      assert.deepEqual(await visitor.json('/session'), { visits: 3, flash: {} })
    },
  },
  {
    name: 'nested writes count',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      await visitor.ask('/buy')
      assert.deepEqual(await visitor.json('/buy'), {
        cart: [
          { id: 3, qty: 1 },
          { id: 3, qty: 1 },
        ],
      })
    },
  },
  {
    name: 'a flash is there on the next request, and on no other',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      await visitor.ask('/flash?notice')
      await visitor.ask('/untouched')
      assert.deepEqual(await visitor.json('/session'), { flash: { notice: 'Saved' } })
      assert.deepEqual(await visitor.json('/session'), { flash: {} })
    },
  },
  {
    name: 'signing in gives the session a new id; "remember me" makes its cookie outlive the browser',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      await visitor.ask('/visit')
      const before = await visitor.json('/id')
      const { setCookie } = await visitor.ask('/sign-in?remember')
      assert.match(setCookie[0] ?? '', /; Max-Age=1209600;/)
      assert.deepEqual(await visitor.json('/session'), { visits: 1, accountId: 7, flash: {} })
      assert.notDeepEqual(await visitor.json('/id'), before)
    },
  },
  {
    name: 'signing out expires the cookie with the attributes that it was set with',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      await visitor.ask('/sign-in')
      const { setCookie, text } = await visitor.ask('/sign-out')
      assert.deepEqual(setCookie, [
        `session=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax`,
      ])
      assert.deepEqual(JSON.parse(text), { status: 'destroyed' })
      assert.deepEqual(await visitor.json('/session'), { flash: {} })
    },
  },
  {
    name: 'twenty visitors at once each get their own session',
    async check({ origin }) {
      const visitors = Array.from({ length: 20 }, () => new Visitor(origin))
      for (let round = 1; round <= 3; round++) await Promise.all(visitors.map((visitor) => visitor.ask('/visit')))
      const ids = await Promise.all(visitors.map(async (visitor) => (await visitor.ask('/id')).text))
      assert.equal(new Set(ids).size, 20)
      const seen = await Promise.all(visitors.map((visitor) => visitor.json('/session')))
      assert.deepEqual(new Set(seen.map((session) => JSON.stringify(session))), new Set(['{"visits":3,"flash":{}}']))
    },
  },
]
