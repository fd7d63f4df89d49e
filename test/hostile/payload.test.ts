import { afterAll, describe, expect, test } from 'vitest'
import { createSealer, type CommitHeaders, type Session } from '../../src/index.ts'
import { encodeContent, type Content } from '../sealing/independent-compact.ts'
import { commitNow } from '../support/commit-now.ts'
import { makeSessions, mint, NAME, NOW, RING, sessionContent, watchPrototypes } from './world.ts'

const sessions = makeSessions()
afterAll(watchPrototypes())

function visit(text: string): { session: Session<Record<string, number>>; commit: CommitHeaders } {
  const exchange = sessions.begin({}, { cookieHeader: `${NAME}=${text}`, isSecure: () => true })
  const { session } = exchange
  if (session.isNew !== (session.refused !== undefined)) throw new Error('a refused session is a new one')
  return { session, commit: commitNow(exchange) }
}

describe('an authentic cookie with an acceptable payload', () => {
  test('opens, so that those below are refused for what is in them', async () => {
    const { session, commit } = visit(await mint('{"accountId":7}'))
    expect(session.refused).toBeUndefined()
    expect(session['accountId']).toBe(7)
    expect(commit.setCookie).toEqual([])
  })

  test('may hold what looks like the session’s own names, which it does not answer to', async () => {
    const text = await mint(
      '{"id":"stolen","isNew":1,"refused":"no","renew":1,"destroy":1,"toJSON":1,"then":1,"flash":5,"a":1}',
    )
    const { session } = visit(text)
    expect(session.refused).toBeUndefined()
    expect(session.id).toBe('00112233445566778899aabbccddeeff')
    expect(session.isNew).toBe(false)
    expect(typeof session.renew).toBe('function')
    expect(typeof session.destroy).toBe('function')
    expect(Object.keys({ ...session.flash })).toEqual([])
    expect(session['a']).toBe(1)
  })

  test.for([
    '{"flash":null}',
    '{"flash":[]}',
    '{"flash":"x"}',
    '{"flash":{"now":1,"keep":2,"discard":3}}',
    '{"flash":{"notice":{"deep":[1,{"a":null}]}}}',
  ])('may hold any flash without a throw: %s', async (json) => {
    const { session } = visit(await mint(json))
    expect(() => [session.flash['notice'], session.flash['now'], { ...session.flash }, session.size]).not.toThrow()
    expect(session.refused).toBeUndefined()
  })
})

describe('an authentic cookie with a payload that is not acceptable', () => {
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const texts: readonly [string, string][] = [
    ['an array', '[]'],
    ['an array of objects', '[{"accountId":7}]'],
    ['text', '"accountId"'],
    ['a number', '7'],
    ['true', 'true'],
    ['null', 'null'],
    ['nothing', ''],
    ['white space', '  '],
    ['half an object', '{"accountId":7'],
    ['two objects', '{}{}'],
    ['JavaScript', '{accountId:7}'],
    ['a trailing comma', '{"accountId":7,}'],
    ['a byte order mark', '\ufeff{}'],
    ['a zero byte behind', '{}\0'],
    ['NaN', '{"a":NaN}'],
    ['a number that no double holds', '{"a":1e400}'],
    ['__proto__', '{"__proto__":{"admin":true,"polluted":1}}'],
    ['__proto__ by an escape', '{"\\u005f\\u005fproto__":{"polluted":1}}'],
    ['__proto__ deep inside', '{"a":[{"b":{"__proto__":{"polluted":1}}}]}'],
    ['__proto__ in the flash', '{"flash":{"__proto__":{"polluted":1}}}'],
    ['constructor', '{"a":{"constructor":{"prototype":{"polluted":1}}}}'],
    ['constructor at the top', '{"constructor":{"prototype":{"polluted":1}}}'],
    ['prototype', '{"prototype":{"polluted":1}}'],
    ['nesting of 101', `{"a":${deep(100)}}`],
    ['nesting of 1,000 as objects', `${'{"a":'.repeat(400)}1${'}'.repeat(400)}`],
    ['nesting as deep as a cookie can be', `{"a":${deep(1400)}}`],
  ]

  test.for(texts)('is malformed: %s', async ([, json]) => {
    const { session, commit } = visit(await mint(json))
    expect(session.refused).toBe('malformed')
    expect(Object.keys(session)).toEqual([])
    expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
  })

  test('is malformed with nesting 10,000 deep, in a sealed value, which may be longer than a cookie', async () => {
    const sealer = createSealer({ secrets: RING, purpose: 'p' })
    for (const json of [deep(10_000), `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, deep(101)]) {
      const content: Content = { kind: 'value', created: NOW, expires: null, json }
      expect(sealer.open(await mint(content, { purpose: 'p' }))).toEqual({ ok: false, reason: 'malformed' })
    }
  })

  test('is malformed when a value was sealed under the session’s purpose', async () => {
    for (const expires of [null, NOW + 900, 1]) {
      const { session } = visit(await mint({ kind: 'value', created: NOW, expires, json: '{"accountId":7}' }))
      expect(session.refused).toBe('malformed')
    }
  })

  test('is malformed under every flags byte but 1 and 3', async () => {
    const payload = [...encodeContent(sessionContent('{}'))]
    for (let flags = 0; flags < 256; flags++) {
      const { session } = visit(await mint([flags, ...payload.slice(1)]))
      expect({ flags, refused: session.refused }).toEqual({
        flags,
        refused: flags === 1 || flags === 3 ? undefined : 'malformed',
      })
    }
  })

  test('is malformed with every header that is cut short', async () => {
    const payload = [...encodeContent(sessionContent('{}'))]
    for (let length = 0; length < payload.length; length++) {
      const { session } = visit(await mint(payload.slice(0, length)))
      expect(session.refused).toBe('malformed')
    }
  })

  test('is malformed as random bytes of any length', async () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Array.from({ length }, (_, at) => (at * 97 + length * 31) & 0xff)
      const { session } = visit(await mint(bytes))
      expect(session.refused).toBe('malformed')
    }
  })
})
