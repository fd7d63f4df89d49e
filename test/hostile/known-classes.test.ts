import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { h3SessionCookie, previousCookie } from '../../src/previous/index.ts'
import type { Session } from '../../src/session/session.ts'
import { SECRET } from '../support/visitor.ts'
import { commitNow } from '../support/commit-now.ts'
import { CURRENT, makeSessions, mint, NAME } from './world.ts'

interface Data {
  n: number
}

const V = CURRENT.sealed

/** White space of Unicode and controls that `String.trim` takes off, and browsers and RFC 6265bis do not. */
const BLANKS = ['\u00a0', '\u0085', '\u2000', '\u200a', '\u3000', '\ufeff', '\u000b', '\f', '\u001f']

describe.for([`__Host-${NAME}`, NAME])(
  'a cookie that a subdomain planted as %s with white space in its name',
  (name) => {
    const sessions = createSessions<{ n: number }>({ name, secrets: [SECRET] })
    const [own, planted] = [sessions.seal({ n: 1 }), sessions.seal({ n: 2 })]

    test.for(BLANKS)('%j is not ours, alone, before and after our own', (blank) => {
      for (const other of [
        `${blank}${name}=${planted}`,
        `${name}${blank}=${planted}`,
        `${blank}${name}${blank}=${planted}`,
      ]) {
        for (const header of [other, `$Version=1; ${other}`]) {
          expect(sessions.read(header).refused).toBe('missing')
          const { jar } = sessions.begin({}, { cookieHeader: header, isSecure: () => true })
          expect([jar.get(name), jar.encrypted.get(name), jar.signed.get(name)]).toEqual([
            undefined,
            undefined,
            undefined,
          ])
        }
        for (const header of [`${other}; ${name}=${own}`, `${name}=${own}; ${other}`])
          expect({ ...sessions.read(header) }).toEqual({ n: 1 })
      }
    })
  },
)

test.for(['__proto__', 'constructor', 'toString', 'prototype'])(
  'the name %s, as a cookie and as a key, is an own value or nothing',
  (key) => {
    const header = `${key}=1; ${NAME}=${V}`
    const exchange = makeSessions().begin({}, { cookieHeader: header, isSecure: () => true })
    expect(exchange.jar.get(key)).toBe('1')
    expect(exchange.session['accountId']).toBe(7)
    expect(Reflect.get({ ...exchange.session }, key)).toBe(Reflect.get({}, key))
    const without = makeSessions().begin({}, { cookieHeader: `${NAME}=${V}`, isSecure: () => true })
    expect(without.jar.get(key)).toBeUndefined()
  },
)

describe('what a handler passes on to a cookie', () => {
  const jar = () => makeSessions().begin({}, { cookieHeader: undefined, isSecure: () => true })
  const hostile: readonly [string, string, object][] = [
    ['a name with an attribute', 'a;b', {}],
    ['a name with a line break', 'a\r\nSet-Cookie: x', {}],
    ['a name with a blank', 'a b', {}],
    ['a sameSite with an attribute', 'a', { sameSite: 'Lax; Domain=evil.example' }],
    ['a priority with a header', 'a', { priority: 'High\r\nX: y' }],
    ['a domain with an attribute', 'a', { domain: 'example.com; Path=/admin' }],
    ['a path with a header', 'a', { path: '/\r\nX: y' }],
  ]
  test.for(hostile)('cannot add anything by %s', ([, name, attributes]) => {
    const exchange = jar()
    const set = exchange.jar.set as (name: string, value: string, attributes: object) => void // as: what an application reads from a request has any type
    const remove = exchange.jar.delete as (name: string, attributes: object) => void // as: the same
    expect(() => set(name, 'x', attributes)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
    expect(() => remove(name, attributes)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
    expect(commitNow(exchange).setCookie).toEqual([])
  })
})

test('every Set-Cookie carries SameSite: sessions, their ends, jars, previous cookies and former ones', () => {
  const sessions = createSessions<Data>({
    name: NAME,
    secrets: [SECRET],
    cookie: { domain: 'example.com', formerly: [{}, { path: '/app' }] },
    previousCookies: [
      previousCookie({ name: 'old', companions: ['old.sig'], open: () => ({ ok: true, data: { n: 1 } }) }),
    ],
  })
  const lines: string[] = []
  const header = `${NAME}=${sessions.seal({ n: 1 })}; old=1`
  for (const use of [
    (session: Session<Data>): void => session.renew(),
    (session: Session<Data>): void => void (session.n = 2),
    (session: Session<Data>): void => session.destroy(),
  ]) {
    const exchange = sessions.begin({}, { cookieHeader: header, isSecure: () => false })
    use(exchange.session)
    exchange.jar.set('theme', 'dark')
    exchange.jar.delete('device')
    lines.push(...commitNow(exchange).setCookie)
  }
  expect(lines.length).toBeGreaterThan(15)
  for (const line of lines) expect(line).toMatch(/; SameSite=Lax/)
})

test('what was sealed without an end, or as another kind, is no session', async () => {
  const sessions = makeSessions()
  for (const content of [
    { kind: 'value', created: 1, expires: null, json: '{"accountId":7}' } as const,
    [1, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d],
  ]) {
    expect(sessions.read(`${NAME}=${await mint(content)}`).refused).toBe('malformed')
  }
  expect(sessions.read(`${NAME}=${Buffer.from('{"accountId":7}').toString('base64url')}`).refused).toBe('malformed')
})

describe('a previous cookie of h3', () => {
  const sessions = createSessions({
    name: NAME,
    secrets: [SECRET],
    previousCookies: [h3SessionCookie({ password: 'a password of more than 32 characters' })],
  })
  const visit = (cookieHeader: string) => {
    const exchange = sessions.begin({}, { cookieHeader, isSecure: () => true })
    void exchange.session['n']
    exchange.session['n'] = 1
    return commitNow(exchange).setCookie
  }

  test.for([
    ['that says it is in 999,999 pieces', 'h3=__chunked__999999'],
    ['in 10,000 pieces', `h3=__chunked__10000; ${Array.from({ length: 10_000 }, (_, at) => `h3.${at}=x`).join('; ')}`],
  ])('%s ends one cookie and no more', ([, header = '']) => {
    expect(visit(header)).toHaveLength(2)
    expect(visit(header).filter((line) => line.startsWith('h3'))).toHaveLength(1)
  })
})
