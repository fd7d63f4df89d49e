import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createSessions, type AnyData, type Exchange, type SessionEvent, type SessionsOptions } from 'coatcheck'
import { z } from 'zod'
import { PREVIOUS_SECRET, SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const START = Date.UTC(2026, 0, 1)

export const lifeCases: readonly RuntimeCase[] = [
  {
    name: 'a session ends after its idle timeout, and slides before',
    check() {
      const browser = new Browser({ idleTimeout: '1h' })
      browser.visit(({ session }) => (session['n'] = 1))
      browser.now += 6 * 60_000
      assert.equal(browser.visit(({ session }) => session['n']).setCookie.length, 1)
      browser.now += 3_599_000
      browser.visit(({ session }) => assert.equal(session['n'], 1))
      browser.now += 3_600_000
      browser.visit(({ session }) => assert.deepEqual([session['n'], session.refused], [undefined, 'expired-idle']))
    },
  },
  {
    name: 'a session ends after its absolute timeout, however active',
    check() {
      const browser = new Browser({ idleTimeout: '1h', absoluteTimeout: '2h' })
      browser.visit(({ session }) => (session['n'] = 1))
      for (let minutes = 30; minutes < 120; minutes += 30) {
        browser.now += 30 * 60_000
        browser.visit(({ session }) => assert.equal(session['n'], 1))
      }
      browser.now += 30 * 60_000
      browser.visit(({ session }) => assert.equal(session.refused ?? session['n'], 'expired-absolute'))
    },
  },
  {
    name: 'flash: for the next request, for now alone, kept and discarded',
    check() {
      const browser = new Browser()
      browser.visit(({ session }) => {
        Object.assign(session.flash, { notice: 'Saved', alert: ['a', { field: 'name' }], dropped: 1 })
        session.flash.now['banner'] = 'Now'
        session.flash.discard('dropped')
        assert.deepEqual(Object.keys(session.flash), ['notice', 'alert', 'dropped', 'banner'])
      })
      browser.visit(({ session }) => {
        assert.equal(JSON.stringify({ ...session.flash }), '{"notice":"Saved","alert":["a",{"field":"name"}]}')
        session.flash.keep('alert')
      })
      browser.visit(({ session }) => assert.deepEqual(Object.keys(session.flash), ['alert']))
      browser.visit(({ session }) => assert.deepEqual(Object.keys(session.flash), []))
    },
  },
  {
    name: 'what is destroyed is over; reset() goes on with an empty session',
    check() {
      const browser = new Browser()
      browser.visit(({ session }) => (session['n'] = 1))
      browser.visit(({ session }) => {
        const { id } = session
        session.reset()
        assert.deepEqual([session['n'], session.id === id], [undefined, false])
        session['m'] = 2
      })
      browser.visit(({ session }) => assert.deepEqual(Object.keys(session), ['m']))
      const { setCookie } = browser.visit(({ session }) => session.destroy())
      assert.match(setCookie[0] ?? '', /^session=; Max-Age=0;/)
      browser.visit(({ session }) => assert.deepEqual([Object.keys(session), session.isNew], [[], true]))
    },
  },
  {
    name: 'a schema validates what an old cookie holds, and migrate brings it up to date',
    check() {
      const schema = z.object({ theme: z.enum(['light', 'dark']).optional() })
      const old = createSessions({ name: 'session', secrets: [SECRET] }).seal({ theme: 'blue' })
      const refusing = createSessions({ name: 'session', secrets: [SECRET], schema })
      assert.equal(refusing.read(`session=${old}`).refused, 'schema')
      const migrating = createSessions({
        name: 'session',
        secrets: [SECRET],
        schema,
        migrate: () => ({ theme: 'dark' as const }),
      })
      assert.equal(migrating.read(`session=${old}`).theme, 'dark')
    },
  },
  {
    name: 'events reach onEvent and node:diagnostics_channel alike',
    check() {
      const heard: unknown[] = []
      const listener = (event: unknown): void => void heard.push(event)
      const told: SessionEvent[] = []
      subscribe('coatcheck:refused', listener)
      try {
        const sessions = createSessions({ name: 'session', secrets: [SECRET], onEvent: (event) => told.push(event) })
        assert.equal(sessions.read('session=x').isNew, true)
      } finally {
        unsubscribe('coatcheck:refused', listener)
      }
      assert.deepEqual(
        told.map(({ type, cookie }) => [type, cookie]),
        [['refused', 'session']],
      )
      assert.deepEqual(heard, told)
    },
  },
  {
    name: 'an observer that throws becomes a warning of the process, and the request goes on',
    async check() {
      const sessions = createSessions({
        name: 'session',
        secrets: [SECRET],
        onEvent() {
          throw new Error('observer')
        },
      })
      const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
      assert.equal(sessions.read('session=x').isNew, true)
      assert.match((await warned).message, /^coatcheck: onEvent for refused failed: observer$/)
    },
  },
  {
    name: 'after a rotation old cookies open and are sealed anew; without the old secret they do not',
    check() {
      const browser = new Browser({ secrets: [PREVIOUS_SECRET] })
      browser.visit(({ session }) => (session['n'] = 1))
      browser.configure({ secrets: [SECRET, PREVIOUS_SECRET] })
      assert.equal(browser.visit(({ session }) => assert.equal(session['n'], 1)).setCookie.length, 1)
      browser.configure({ secrets: [SECRET] })
      browser.visit(({ session }) => assert.equal(session['n'], 1))
      browser.configure({ secrets: [PREVIOUS_SECRET] })
      browser.visit(({ session }) => assert.equal(session.refused, 'unknown-secret'))
    },
  },
]

type Options = Partial<SessionsOptions<AnyData>>

/** Keeps one cookie and a clock, and sends it to whatever server is configured. */
class Browser {
  now = START
  #cookie = ''
  #sessions = createSessions(this.#options({}))

  constructor(options: Options = {}) {
    this.configure(options)
  }

  #options(options: Options): SessionsOptions<AnyData> {
    const common = { name: 'session', secrets: [SECRET], clock: () => this.now }
    return { ...common, ...options } as SessionsOptions<AnyData> // as: Partial loses the union
  }

  configure(options: Options): void {
    this.#sessions = createSessions(this.#options(options))
  }

  visit(handler: (exchange: Exchange<AnyData>) => unknown): { readonly setCookie: readonly string[] } {
    const exchange = this.#sessions.begin({}, { cookieHeader: this.#cookie, isSecure: () => false })
    handler(exchange)
    const commit = exchange.commit()
    if (commit instanceof Promise) throw new Error('a cookie is no promise')
    const [line] = commit.setCookie
    if (line !== undefined) this.#cookie = line.includes('Max-Age=0;') ? '' : (line.split(';')[0] ?? '')
    return commit
  }
}
