import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { CookieJar, createSealer, createSessions } from 'coatcheck'
import { railsFormat } from 'coatcheck/rails'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const STORED = 'stored-where-nobody-looks'

export const secrecyCases: readonly RuntimeCase[] = [
  {
    name: 'a session prints its status and the sizes of its keys, never a value, wherever it is printed',
    check({ show }) {
      const sessions = createSessions<{ note: string }>({ name: 'session', secrets: [SECRET] })
      const session = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false }).session
      session.note = STORED
      for (const print of [show, inspect, JSON.stringify]) {
        for (const value of [session, { session }, [session]]) assert.ok(!textOf(print, value).includes(STORED))
      }
      for (const print of [show, inspect])
        assert.match(print(session), /^Session \{ status: ['"]changed['"], bytesByKey: \{ note: 34 \} \}$/)
      assert.equal(JSON.stringify({ session }), '{"session":{"status":"changed","bytesByKey":{"note":34}}}')
    },
  },
  {
    name: 'looking at a session does not open it',
    check({ show }) {
      const sessions = createSessions<{ note: string }>({ name: 'session', secrets: [SECRET] })
      const { session } = sessions.begin({}, { cookieHeader: 'session=x', isSecure: () => false })
      assert.match(show(session), /^Session \{ status: ['"]untouched['"] \}$/)
      assert.equal(session.status, 'untouched')
    },
  },
  {
    name: 'sessions, jars, sealers and formats print no secret',
    check({ show }) {
      const secretKeyBase = SECRET.repeat(3)
      const holders = [
        createSessions({ name: 'session', secrets: [SECRET] }),
        createSealer({ secrets: [SECRET], purpose: 'print' }),
        new CookieJar({ secrets: [SECRET] }),
        railsFormat({ secretKeyBase, defaults: '8.1' }),
        createSessions({ name: 'rails', format: railsFormat({ secretKeyBase, defaults: '8.1' }) }),
      ]
      for (const holder of holders) {
        for (const print of [show, deep, JSON.stringify]) assert.ok(!textOf(print, holder).includes(SECRET))
      }
    },
  },
  {
    name: 'an error names keys and sizes, never the value',
    check({ show }) {
      const sessions = createSessions({ name: 'session', secrets: [SECRET] })
      const session: Record<string, unknown> = sessions.read(undefined)
      try {
        Reflect.set(session, 'note', STORED)
      } catch (error) {
        for (const print of [show, deep, String]) assert.ok(!textOf(print, error).includes(STORED))
        return
      }
      assert.fail('nothing was thrown')
    },
  },
]

function deep(value: unknown): string {
  return inspect(value, { depth: 10, showHidden: true })
}

function textOf(print: (value: unknown) => string | undefined, value: unknown): string {
  return print(value) ?? ''
}
