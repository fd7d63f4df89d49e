import assert from 'node:assert/strict'
import { createSessions } from 'coatcheck'
import type { Data } from '../app/routes.ts'
import { events, PREVIOUS_SECRET, SECRET, sessions } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'
import { Visitor } from '../visitor.ts'

/** What becomes of the cookies that a browser sends, whatever serves the application. */
export const cookieCases: readonly RuntimeCase[] = [
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
      assert.ok(opened.ok)
      assert.equal(JSON.stringify(opened.data), '{"visits":5}')
      assert.equal(opened.secret, 0)
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
]
