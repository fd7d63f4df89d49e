import assert from 'node:assert/strict'
import { createSessions, SessionError, type AnyData, type Session } from 'coatcheck'
import { SECRET } from '../app/sessions.ts'
import type { RuntimeCase } from '../case.ts'

const sessions = createSessions({ name: 'guarded', secrets: [SECRET] })

class Account {
  readonly plan = 'team'
}

const cycle: { self?: unknown } = {}
cycle.self = cycle

/** What may not be stored, and how the error names it. */
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['a Date', new Date(0), /^session\.a is a Date and cannot be stored/],
  ['an invalid Date', new Date(Number.NaN), /^session\.a is a Date/],
  ['a Map', new Map(), /^session\.a is a Map/],
  ['a Set', new Set(), /^session\.a is a Set/],
  ['a RegExp', /x/, /^session\.a is a RegExp/],
  ['bytes', new Uint8Array(2), /^session\.a is a Uint8Array/],
  ['a URL', new URL('http://localhost'), /^session\.a is a URL/],
  ['an Error', new Error('x'), /^session\.a is an? Error/],
  ['an instance of a class', new Account(), /^session\.a is an? Account/],
  ['a promise', Promise.resolve(1), /^session\.a is a Promise/],
  ['a bigint', 1n, /^session\.a is a bigint/],
  ['a symbol', Symbol('x'), /^session\.a is a symbol/],
  ['a function', () => 1, /^session\.a is a function/],
  ['NaN', Number.NaN, /^session\.a is NaN/],
  ['infinity', Number.NEGATIVE_INFINITY, /^session\.a is -Infinity/],
  ['undefined in an array', [1, undefined], /^session\.a\[1\] is undefined/],
  ['a sparse array', Object.assign([1], { 2: 3 }), /^session\.a is a sparse array/],
  ['a cycle', cycle, /^session\.a\.self /],
  ['a key __proto__', JSON.parse('{"__proto__":1}'), /^session\.a\.__proto__ /],
  ['nine containers deep', [[[[[[[[[1]]]]]]]]], /^session\.a/],
  ['a record', { id: 7, name: 'Ada', createdAt: 'now' }, /^session\.a looks like a record \("id" beside "createdAt"\)/],
  ['more than 1,024 bytes', 'x'.repeat(1023), /^session\.a is 1025 bytes of JSON/],
]

export const guardCases: readonly RuntimeCase[] = [
  ...REFUSED.map(([what, value, message]) => ({
    name: `${what} is refused at the assignment, by its name`,
    check() {
      const session = begin()
      assert.match(
        refusal(() => (session.a = value as never)),
        message,
      ) // as: the types refuse it too
      assert.equal(session.a, undefined)
    },
  })),
  {
    name: 'what JSON keeps comes back as it was, and what is written to it after its assignment',
    check() {
      const value = {
        text: 'Zoë 🧥 \u0000 \ud800 </script>',
        list: [1.5, -0.25, 1e21, true, null, {}, []],
        '': 0,
        'a b': '',
      }
      const session = begin()
      session.a = value
      value.list.length--
      const opened = sessions.open(sessions.seal({ a: session.a }))
      const kept = '{"text":"Zoë 🧥 \\u0000 \\ud800 </script>","list":[1.5,-0.25,1e+21,true,null,{}],"":0,"a b":""}'
      assert.equal(JSON.stringify(opened.ok && opened.data['a']), kept)
    },
  },
  {
    name: 'nested writes pass the same guard, and the error has the path',
    check() {
      const session = begin()
      session.a = { list: [{ n: 1 }] }
      const { list } = session.a as { list: unknown[] } // as: the line above
      assert.match(
        refusal(() => list.push(new Date())),
        /^session\.a\.list\[1\] is a Date/,
      )
      assert.match(
        refusal(() => (list[0] = new Map())),
        /^session\.a\.list\[0\] is a Map/,
      )
      assert.match(
        refusal(() => (list[5] = 1)),
        /^session\.a\.list\[5\] is past the end/,
      )
      assert.match(
        refusal(() => Reflect.deleteProperty(list, 0)),
        /^session\.a\.list\[0\] cannot be deleted/,
      )
      list.push(2, 3)
      list.splice(0, 1)
      list.sort((one, two) => Number(two) - Number(one))
      assert.equal(JSON.stringify(session.a), '{"list":[3,2]}')
      assert.equal(Array.isArray(list), true)
    },
  },
  {
    name: 'names that a session has itself are no keys',
    check() {
      const session = begin() as unknown as Record<string | symbol, unknown> // as: the types know these names
      for (const name of ['id', 'flash', 'size', 'renew', 'then', 'toJSON', '__proto__', 'constructor']) {
        assert.match(
          refusal(() => (session[name] = 1)),
          /./,
        )
      }
      assert.match(
        refusal(() => (session[Symbol('x')] = 1)),
        /^session has a symbol for a key/,
      )
    },
  },
  {
    name: 'a session can be listed, spread, asked for keys and awaited as an object can',
    async check() {
      const session = begin()
      Object.assign(session, { a: 1, b: [2] })
      assert.deepEqual(Object.keys(session), ['a', 'b'])
      assert.equal(JSON.stringify({ ...session }), '{"a":1,"b":[2]}')
      assert.deepEqual(
        ['a' in session, 'c' in session, delete session['a'], 'a' in session],
        [true, false, true, false],
      )
      assert.equal(await Promise.resolve(session), session)
    },
  },
  {
    name: 'a session takes 4,096 bytes of cookie; at one more the error says how much, and who is heavy',
    check() {
      const session = begin()
      for (let at = 0; at < 2; at++) session[`light${at}`] = 'x'.repeat(900)
      const message = refusal(() => (session['heavy'] = 'x'.repeat(1000)) && (session['more'] = 'x'.repeat(1000)))
      assert.match(message, /^guarded cookie overflowed with size \d+ bytes, \d+ over the 4096 that browsers keep\./)
      assert.match(message, /Heaviest keys: "heavy" 1010, "more" 1009, "light0" 911\./)
      assert.ok(session.size.bytes <= 4096)
    },
  },
]

function begin(): Session<AnyData> {
  return sessions.begin({}, { cookieHeader: undefined, isSecure: () => false }).session
}

/** The message of the `SessionError` that a write throws. */
function refusal(write: () => unknown): string {
  try {
    write()
  } catch (error) {
    assert.ok(error instanceof SessionError, String(error))
    return error.message
  }
  assert.fail('nothing was thrown')
}
