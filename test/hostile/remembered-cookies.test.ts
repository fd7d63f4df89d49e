import { randomFillSync } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { toBase64url } from '../sealing/independent-base64url.ts'
import { FakeClock, OLD_SECRET, SECRET, Visitor } from '../support/visitor.ts'

/** How often something was decrypted. */
const work = vi.hoisted(() => ({ decryptions: 0 }))

vi.mock(import('node:crypto'), async (load) => {
  const crypto = await load()
  return {
    ...crypto,
    // as: the overloads of the original are those of the counted one
    createDecipheriv: ((...args: Parameters<typeof crypto.createDecipheriv>) => {
      work.decryptions++
      return crypto.createDecipheriv(...args)
    }) as typeof crypto.createDecipheriv,
  }
})

interface Data {
  user?: number
  cart?: { items: number[] }
}

function setUp(options: { cacheBytes?: number } = {}) {
  const clock = new FakeClock()
  const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET], clock: clock.now, ...options })
  const visitor = new Visitor(sessions)
  visitor.visit(({ session }) => {
    session.user = 7
    session.cart = { items: [1] }
  })
  work.decryptions = 0
  const read = (): unknown => {
    let seen: unknown
    visitor.visit(({ session }) => (seen = { ...session }))
    return seen
  }
  return { clock, sessions, visitor, read }
}

const CONTENT = { user: 7, cart: { items: [1] } }

describe('a cookie that comes again', () => {
  test('is decrypted once', () => {
    const { read } = setUp()
    for (let count = 0; count < 10; count++) expect(read()).toEqual(CONTENT)
    expect(work.decryptions).toBe(1)
  })

  test('is decrypted every time with cacheBytes: 0', () => {
    const { read } = setUp({ cacheBytes: 0 })
    for (let count = 0; count < 10; count++) expect(read()).toEqual(CONTENT)
    expect(work.decryptions).toBe(10)
  })

  test('gives each request data of its own: what one does with it, no other sees', () => {
    const { visitor, read, sessions } = setUp()
    const { header } = visitor
    for (let count = 0; count < 3; count++) {
      const exchange = sessions.begin({}, { cookieHeader: header, isSecure: () => true })
      exchange.session.cart?.items.push(2)
      delete exchange.session.user
      expect(exchange.session.cart).toEqual({ items: [1, 2] })
    }
    expect(read()).toEqual(CONTENT)
    expect(work.decryptions).toBe(1)
  })

  test('ends when it ends', () => {
    const { clock, read, sessions, visitor } = setUp()
    const value = visitor.cookies.get('session') ?? ''
    expect(read()).toEqual(CONTENT)
    clock.advance(14 * 86_400 - 1)
    expect(sessions.open(value).ok).toBe(true)
    clock.advance(1)
    expect(sessions.open(value)).toEqual({ ok: false, reason: 'expired-idle' })
    expect(work.decryptions).toBe(1)
  })

  test('is known to the sessions of its name and secrets alone', () => {
    const { read, visitor } = setUp()
    read()
    const value = visitor.cookies.get('session') ?? ''
    const renamed = createSessions<Data>({ name: 'other', secrets: [SECRET] })
    expect(renamed.open(value)).toEqual({ ok: false, reason: 'tampered' })
    const rekeyed = createSessions<Data>({ name: 'session', secrets: [OLD_SECRET] })
    expect(rekeyed.open(value)).toEqual({ ok: false, reason: 'unknown-secret' })
  })

  test('has to come whole: with one character changed it is another one', () => {
    const { read, visitor, sessions } = setUp()
    read()
    const value = visitor.cookies.get('session') ?? ''
    for (let at = 28; at < value.length - 1; at += 7) {
      const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
      expect(sessions.open(changed)).toEqual({ ok: false, reason: 'tampered' })
    }
  })
})

test('50,000 cookies that nobody sealed push none out that somebody did', () => {
  const { read, visitor, sessions } = setUp({ cacheBytes: 2000 })
  read()
  const value = visitor.cookies.get('session') ?? ''
  for (let count = 0; count < 50_000; count++) {
    const invented = value.slice(0, 28) + toBase64url(randomFillSync(Buffer.alloc(90)))
    if (sessions.open(invented).ok) throw new Error('an invented cookie opened')
  }
  work.decryptions = 0
  expect(read()).toEqual(CONTENT)
  expect(work.decryptions).toBe(0)
})

test('what is kept stays within cacheBytes, about', () => {
  const { sessions } = setUp({ cacheBytes: 1_000_000 })
  const values = Array.from({ length: 10_000 }, (_, user) => sessions.seal({ user }))
  for (const value of values) for (let times = 0; times < 2; times++) sessions.open(value)
  work.decryptions = 0
  for (const value of values.slice(-100)) sessions.open(value)
  expect(work.decryptions).toBe(0)
  for (const value of values.slice(0, 1000)) sessions.open(value)
  expect(work.decryptions).toBe(1000)
})
