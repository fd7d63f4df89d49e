import assert from 'node:assert/strict'
import { createSessions } from 'coatcheck'
import { events, PREVIOUS_SECRET, SECRET, sessions, type Data } from '../app/routes.ts'
import type { RuntimeCase } from '../case.ts'
import { Visitor } from '../visitor.ts'

const ATTRIBUTES = '; Path=/; HttpOnly; SameSite=Lax'

/** What a browser sees of the application, whatever serves it. */
export const overHttp: readonly RuntimeCase[] = [
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
    name: 'a cookie that was changed on the way is refused and not cleared; the operator hears of it',
    async check({ origin }) {
      const sealed = sessions.seal({ visits: 7 })
      const changed = `${sealed.slice(0, 60)}${sealed[60] === 'A' ? 'B' : 'A'}${sealed.slice(61)}`
      const { text, setCookie } = await new Visitor(origin, { session: changed }).ask('/refused')
      assert.deepEqual(JSON.parse(text), { isNew: true, refused: 'tampered' })
      assert.deepEqual(setCookie, [])
      assert.equal(events.at(-1)?.type, 'refused')
    },
  },
  {
    name: 'garbage under the same name, before and after, does not sign anybody out',
    async check({ origin }) {
      const sealed = sessions.seal({ visits: 7 })
      const cookie = `session=x; a=b; session=${sealed}; =; session=%E0%A4%A; session`
      assert.deepEqual(await new Visitor(origin).json('/session', cookie), { visits: 7, flash: {} })
    },
  },
  {
    name: 'of two different sessions in one request neither counts',
    async check({ origin }) {
      const cookie = `session=${sessions.seal({ visits: 1 })}; session=${sessions.seal({ visits: 2 })}`
      assert.deepEqual(await new Visitor(origin).json('/refused', cookie), { isNew: true, refused: 'duplicate' })
    },
  },
  {
    name: 'a cookie of 4,096 bytes goes out and comes back; one byte more is refused at the write',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      let length = 2900
      while (JSON.stringify(await visitor.json(`/note?${length}`)) !== '{"code":"ERR_COOKIE_OVERFLOW"}') length++
      const { bytes } = (await visitor.json(`/note?${length - 1}`)) as { bytes: number } // as: it is no overflow
      assert.ok(bytes > 4093 && bytes <= 4096, `${bytes} bytes`)
      assert.equal('session'.length + (visitor.cookies.get('session') ?? '').length, bytes)
      assert.deepEqual(await visitor.json('/session'), { note: 'x'.repeat(length - 1), flash: {} })
    },
  },
  {
    name: 'a cookie under the previous secret opens and is sealed anew',
    async check({ origin }) {
      const old = createSessions<Data>({ name: 'session', secrets: [PREVIOUS_SECRET] }).seal({ visits: 5 })
      const visitor = new Visitor(origin, { session: old })
      assert.deepEqual(await visitor.json('/session'), { visits: 5, flash: {} })
      assert.equal(events.at(-1)?.type, 'opened-by-previous-secret')
      const fresh = createSessions<Data>({ name: 'session', secrets: [SECRET] })
      const opened = fresh.open(visitor.cookies.get('session') ?? '')
      assert.equal(JSON.stringify(opened), '{"ok":true,"data":{"visits":5},"format":"compact","secret":0}')
    },
  },
  {
    name: 'cookies of the jar leave in lines of their own, beside that of the session, and come back',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      const { setCookie } = await visitor.ask('/jar/set')
      assert.deepEqual(
        setCookie.map((line) => line.split('=')[0]),
        ['plain', 'signed', 'device'],
      )
      assert.match(setCookie[2] ?? '', /; Max-Age=34560000;/)
      assert.deepEqual(await visitor.json('/jar/get'), {
        plain: 'a b;ü',
        signed: { id: 7 },
        device: ['Zoë', null, 1.5],
      })
    },
  },
  {
    name: 'a cookie of the jar under another name is nobody',
    async check({ origin }) {
      const visitor = new Visitor(origin)
      await visitor.ask('/jar/set')
      const { cookies } = visitor
      const swapped = `signed=${cookies.get('device')}; device=${cookies.get('signed')}`
      assert.deepEqual(await visitor.json('/jar/get', swapped), { plain: null, signed: null, device: null })
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
