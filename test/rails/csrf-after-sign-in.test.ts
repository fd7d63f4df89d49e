import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions, type Session, type Sessions } from '../../src/index.ts'
import { maskedAuthenticityToken, railsFormat, validAuthenticityToken } from '../../src/rails/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { keepCookie } from '../support/keep-cookie.ts'
import { SECRET } from '../support/visitor.ts'
import { base, ID, minted, NAME } from './beside-rails.ts'

const TOKEN = '_csrf_token'

interface Data {
  cart?: number
  [TOKEN]?: string
}

const FORM = { path: '/transfers', method: 'POST' }

describe.each<[string, () => Sessions<Data>]>([
  ['a cookie of Rails', () => createSessions<Data>({ name: NAME, format: railsFormat(base) })],
  ['a cookie of ours', () => createSessions<Data>({ name: NAME, secrets: [SECRET] })],
  ['a store', () => createSessions<Data>({ name: NAME, secrets: [SECRET], store: memoryStore() })],
  [
    'a store behind a cookie of Rails',
    () => createSessions<Data>({ name: NAME, format: railsFormat(base), store: memoryStore() }),
  ],
])('with sessions in %s', (_, open) => {
  const sessions = open()
  const registry = sqliteRegistry(new DatabaseSync(':memory:'))
  beforeAll(() => registry.migrate())
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: (id: number) => ({ id }),
  })

  test.each<[string, (session: Session<Data>) => unknown]>([
    ['renew()', (session) => session.renew()],
    ['identity.signIn', (session) => identity.signIn(session, 7)],
  ])('no form token from before %s is accepted after it, and the rest of the session is kept', async (__, signIn) => {
    const cookies = new Map<string, string>()
    const request = async <Result>(handler: (session: Session<Data>) => Result): Promise<Awaited<Result>> => {
      const cookieHeader = [...cookies].map((pair) => pair.join('=')).join('; ')
      const exchange = sessions.begin({}, { cookieHeader, isSecure: () => false })
      await exchange.load()
      const result = await handler(exchange.session)
      for (const line of (await exchange.commit()).setCookie) keepCookie(cookies, line)
      return result
    }
    const before = await request((session) => {
      session.cart = 3
      return [maskedAuthenticityToken(session), maskedAuthenticityToken(session, FORM), session[TOKEN] ?? '']
    })
    const accepted = (session: Session<Data>): boolean[] =>
      before.map((token) => validAuthenticityToken(session, token, FORM))
    expect(await request(accepted)).toEqual([true, true, true])
    await request(signIn)
    expect(await request((session) => session.cart)).toBe(3)
    expect(await request((session) => session[TOKEN])).toBeUndefined()
    expect(await request((session) => maskedAuthenticityToken(session))).toHaveLength(86)
    expect(await request(accepted)).toEqual([false, false, false])
  })
})

test('a form token that Rails gave an anonymous visitor ends with the sign-in here', () => {
  const sessions = createSessions<Data>({ name: NAME, format: railsFormat(base) })
  const cookie = minted(`{"session_id":"${ID}","_csrf_token":"v_5yeXCVG21-hMtavTEJWJ9vdXZFWD3O_nPBwIVf1zE","cart":3}`)
  const { session } = sessions.begin({}, { cookieHeader: `${NAME}=${cookie}`, isSecure: () => false })
  session.renew()
  expect([session[TOKEN], session.cart]).toEqual([undefined, 3])
})
