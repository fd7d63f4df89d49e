import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/index.ts'
import { maskedAuthenticityToken, validAuthenticityToken } from '../../src/rails/csrf.ts'
import type { RailsVersion } from '../../src/rails/options.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { SECRET } from '../support/visitor.ts'

interface CsrfVectors {
  readonly conversations: readonly {
    readonly rails: string
    readonly defaults: RailsVersion
    readonly raw: string
    readonly masked: string
    readonly requests: readonly { note: string; path: string; method: string; token: string; accepted: boolean }[]
  }[]
  readonly forms: readonly { rails: string; raw: string; global: string; form: string; path: string; method: string }[]
}

const file = readFileSync(new URL('vectors/csrf.json', import.meta.url), 'utf8')
const { conversations, forms } = JSON.parse(file) as CsrfVectors // as: the tests check every field

const RAW = 'v_5yeXCVG21-hMtavTEJWJ9vdXZFWD3O_nPBwIVf1zE'
const STANDARD = 'v/5yeXCVG21+hMtavTEJWJ9vdXZFWD3O/nPBwIVf1zE='
const PADDED = 'v_5yeXCVG21-hMtavTEJWJ9vdXZFWD3O_nPBwIVf1zE='

interface Data {
  userId?: number
  _csrf_token?: string
}

function newSession(): Session<Data> {
  const sessions = createSessions<Data>({ name: 'session', secrets: [SECRET] })
  return sessions.begin({}, { cookieHeader: undefined, isSecure: () => false }).session
}

describe.each(conversations)('a conversation with Rails $rails', ({ raw, masked, requests }) => {
  test.each(requests)('$note', ({ path, method, token, accepted }) => {
    expect(validAuthenticityToken({ _csrf_token: raw }, token, { path, method })).toBe(accepted)
  })

  test('its token is good for no other session', () => {
    const another = raw.startsWith('A') ? `B${raw.slice(1)}` : `A${raw.slice(1)}`
    expect(validAuthenticityToken({ _csrf_token: another }, masked)).toBe(false)
  })
})

describe.each(forms)('the token of one form by Rails $rails', ({ raw, global, form, path, method }) => {
  test('is good for the request that the form makes, in either case of the method', () => {
    expect(validAuthenticityToken({ _csrf_token: raw }, form, { path, method })).toBe(true)
    expect(validAuthenticityToken({ _csrf_token: raw }, form, { path, method: method.toLowerCase() })).toBe(true)
    expect(validAuthenticityToken({ _csrf_token: raw }, form, { path: `${path}/?page=2`, method })).toBe(true)
  })

  test('is good for no other path or method, and not without them', () => {
    expect(validAuthenticityToken({ _csrf_token: raw }, form, { path, method: 'POST' })).toBe(false)
    expect(validAuthenticityToken({ _csrf_token: raw }, form, { path: '/transfers/8', method })).toBe(false)
    expect(validAuthenticityToken({ _csrf_token: raw }, form)).toBe(false)
  })

  test('is not what the token of all forms is, which is good everywhere', () => {
    expect(validAuthenticityToken({ _csrf_token: raw }, global)).toBe(true)
    expect(validAuthenticityToken({ _csrf_token: raw }, global, { path: '/elsewhere', method: 'DELETE' })).toBe(true)
  })
})

describe('a masked token', () => {
  test('opens to the same token in any of the three encodings of the session', () => {
    const token = maskedAuthenticityToken({ _csrf_token: RAW })
    for (const stored of [RAW, STANDARD, PADDED]) {
      expect(validAuthenticityToken({ _csrf_token: stored }, token)).toBe(true)
      expect(validAuthenticityToken({ _csrf_token: stored }, RAW)).toBe(true)
      expect(validAuthenticityToken({ _csrf_token: stored }, STANDARD)).toBe(true)
      expect(validAuthenticityToken({ _csrf_token: stored }, PADDED)).toBe(true)
    }
  })

  test('is another text each time', () => {
    const session = { _csrf_token: RAW }
    expect(maskedAuthenticityToken(session)).not.toBe(maskedAuthenticityToken(session))
  })

  test.each([
    ['5.2', /^[A-Za-z\d+/]{86}==$/, /^[A-Za-z\d+/]{43}=$/],
    ['6.0', /^[A-Za-z\d+/]{86}==$/, /^[A-Za-z\d+/]{43}=$/],
    ['6.1', /^[\w-]{86}$/, /^[\w-]{43}=$/],
    ['7.0', /^[\w-]{86}$/, /^[\w-]{43}$/],
    ['8.1', /^[\w-]{86}$/, /^[\w-]{43}$/],
  ] as const)('is written as with load_defaults %s', (defaults, masked, stored) => {
    const session: Data = {}
    const token = maskedAuthenticityToken(session, undefined, { defaults })
    expect(token).toMatch(masked)
    expect(session['_csrf_token']).toMatch(stored)
    expect(validAuthenticityToken(session, token)).toBe(true)
  })

  test('of one form is made from its path and method alone', () => {
    const session = { _csrf_token: RAW }
    const request = { path: '/transfers/7', method: 'PATCH' }
    for (const path of ['/transfers/7', '/transfers/7/', '/transfers/7?a=/b', 'https://bank.example/transfers/7#c']) {
      const token = maskedAuthenticityToken(session, { path, method: 'patch' })
      expect(validAuthenticityToken(session, token, request)).toBe(true)
      expect(validAuthenticityToken(session, token, { ...request, method: 'post' })).toBe(false)
    }
  })

  test('of a form at the root is good for the root', () => {
    const session = { _csrf_token: RAW }
    for (const path of ['/', 'https://bank.example', 'https://bank.example/?a']) {
      const token = maskedAuthenticityToken(session, { path, method: 'post' })
      expect(validAuthenticityToken(session, token, { path: '/', method: 'POST' })).toBe(true)
    }
  })

  test('of a form with a relative path is a mistake', () => {
    const error = thrownBy(() => maskedAuthenticityToken({}, { path: 'edit', method: 'post' }))
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', kind: 'usage' })
    expect(error.message).toContain('"edit"')
  })

  test('puts a new token in the place of one that could be guessed', () => {
    for (const stored of ['', 'AAAA', 'no base64!', `${RAW}AAAA`]) {
      const session = { _csrf_token: stored }
      const token = maskedAuthenticityToken(session)
      expect(session['_csrf_token']).toMatch(/^[\w-]{43}$/)
      expect(validAuthenticityToken(session, token)).toBe(true)
    }
  })
})

describe('in a coatcheck session', () => {
  test('the token is made once and stays', () => {
    const session = newSession()
    const first = maskedAuthenticityToken(session)
    const { _csrf_token: stored } = session
    const second = maskedAuthenticityToken(session, { path: '/login', method: 'post' })
    expect(session['_csrf_token']).toBe(stored)
    expect(validAuthenticityToken(session, first, { path: '/login', method: 'POST' })).toBe(true)
    expect(validAuthenticityToken(session, second, { path: '/login', method: 'POST' })).toBe(true)
  })

  test('asking whether a token is good writes nothing', () => {
    const session = newSession()
    expect(validAuthenticityToken(session, RAW)).toBe(false)
    expect(Object.keys(session)).toEqual([])
  })
})

test('nothing that a visitor sends throws or is accepted', () => {
  const session = { _csrf_token: RAW }
  const anything = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.base64String({ maxLength: 88 }),
  )
  fc.assert(
    fc.property(anything, fc.string({ unit: 'binary' }), fc.string(), (token, path, method) => {
      expect(validAuthenticityToken(session, token, { path, method })).toBe(false)
      expect(validAuthenticityToken({ _csrf_token: token }, RAW)).toBe(false)
    }),
  )
})
