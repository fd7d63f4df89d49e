import { describe, expect, test } from 'vitest'
import { CookieJar, createSessions } from '../../src/index.ts'
import { inspectCookie, type CookieReport, type InspectOptions } from '../../src/inspect/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { FakeClock, OLD_SECRET, SECRET } from '../support/visitor.ts'

const clock = new FakeClock()
const sealed = (secret = SECRET): string =>
  createSessions({ name: 'session', secrets: [secret], clock: clock.now }).seal({
    accountId: 7,
    flash: { notice: 'hush' },
  })

function look(text: string, options: Partial<InspectOptions> = {}): CookieReport {
  return inspectCookie(text, { name: 'session', secrets: [SECRET, OLD_SECRET], clock: clock.now, ...options })
}

describe('a session of our own', () => {
  test('is named with its secret, its times and its sizes', () => {
    const value = sealed(OLD_SECRET)
    const report = look(value)
    expect(report).toMatchObject({
      verdict: { ok: true, secret: 1 },
      scheme: 'compact',
      size: { escaped: value.length, browser: { bytes: 'session'.length + value.length, limit: 4096 } },
      compact: {
        formatVersion: 1,
        secret: 1,
        sealed: {
          kind: 'session',
          created: '2026-01-01T00:00:00.000Z',
          slid: '2026-01-01T00:00:00.000Z',
          idleEnd: '2026-01-15T00:00:00.000Z',
          absoluteEnd: '2026-01-31T00:00:00.000Z',
          persistent: false,
        },
      },
      content: { type: 'object', byKey: { accountId: 13, flash: 25 }, flash: ['notice'] },
      findings: [],
    })
    const bytes = Buffer.from(value, 'base64url')
    expect(report.compact).toMatchObject({ salt: bytes.toString('hex', 5, 21), nonce: bytes.toString('hex', 21, 33) })
    expect(report.parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes.length)
  })

  test('is told without its values, unless they are asked for', () => {
    expect(JSON.stringify(look(sealed()))).not.toContain('hush')
    expect(look(sealed(), { showValues: true }).data).toEqual({ accountId: 7, flash: { notice: 'hush' } })
  })

  test('that lives in a server store is told to, by a cookie that holds none of it', async () => {
    const sessions = createSessions({ name: 'session', secrets: [SECRET], clock: clock.now, store: memoryStore() })
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    await exchange.load()
    exchange.session['accountId'] = 7
    const [line = ''] = (await exchange.commit()).setCookie
    const { content } = look(line.slice('session='.length).split(';')[0] ?? '')
    expect(content).toMatchObject({ livesIn: 'server store', byKey: { _ticket: 60 } })
    expect(look(sealed()).content).not.toHaveProperty('livesIn')
  })

  test('that has ended is refused, and still explained', () => {
    const value = sealed()
    const later = (): number => clock.milliseconds + 15 * 86_400_000
    expect(look(value, { clock: later })).toMatchObject({
      verdict: { ok: false, reason: 'expired-idle' },
      compact: { sealed: { idleEnd: '2026-01-15T00:00:00.000Z' } },
      content: { byKey: { accountId: 13 } },
    })
    expect(look(value, { clock: later, idleTimeout: '20d' }).verdict.ok).toBe(true)
  })

  test('of a secret that is not in the ring has a key id and nothing else', () => {
    const report = look(sealed(OLD_SECRET), { secrets: [SECRET] })
    expect(report.verdict).toEqual({ ok: false, reason: 'unknown-secret' })
    expect(report.compact).toMatchObject({ keyId: expect.stringMatching(/^[0-9a-f]{8}$/) as string, secret: undefined })
    expect(report.content).toBeUndefined()
  })

  test('without a secret shows its outside', () => {
    const { verdict, compact, parts } = look(sealed(), { secrets: undefined })
    expect(verdict).toEqual({ ok: false, reason: 'no-secret' })
    expect(compact).toMatchObject({ formatVersion: 1, secret: undefined })
    expect(parts.map(({ name }) => name)).toEqual(['version and key id', 'salt', 'nonce', 'ciphertext', 'tag'])
  })
})

describe('a cookie of the jar', () => {
  const values = (): Record<string, string> => {
    const jar = new CookieJar({ secrets: [SECRET], clock: clock.now })
    jar.encrypted.set('e', 'hush', { maxAge: '1d' })
    jar.signed.set('s', { a: 1 })
    return Object.fromEntries(jar.commit({ secure: false }).map((line) => [line.charAt(0), line]))
  }

  test.each([
    [
      'e',
      'encrypted',
      {
        scheme: 'compact',
        compact: { sealed: { kind: 'value', expires: '2026-01-02T00:00:00.000Z' } },
        content: { type: 'string' },
      },
    ],
    ['s', 'signed', { scheme: 'compact-signed', compact: { formatVersion: 2 }, content: { byKey: { a: 5 } } }],
  ] as const)('%s is explained as what it is', (name, kind, expected) => {
    expect(look(values()[name] ?? '', { name, kind })).toMatchObject({
      ...expected,
      verdict: { ok: true },
      findings: [],
    })
    const report = look(values()[name] ?? '', { name })
    expect(report.verdict.ok).toBe(false)
    expect(report.findings.map(({ code, message }) => [code, message])).toEqual([
      ['other-kind', expect.stringContaining(`--kind ${kind}`)],
    ])
  })
})

test.each<[what: string, text: (value: string) => string, form: string]>([
  ['a bare value with a line break behind it', (value) => `${value}\n`, 'value'],
  ['a pair', (value) => `session=${value}`, 'pair'],
  ['a Cookie line', (value) => `Cookie: a=1; session=${value}; b=2`, 'cookie-line'],
  ['what follows that word', (value) => `a=1; session=${value}`, 'cookie-line'],
  ['a Set-Cookie line', (value) => `set-cookie: session=${value}; Path=/; HttpOnly`, 'set-cookie-line'],
])('%s is read', (_, text, form) => {
  expect(look(text(sealed()))).toMatchObject({ verdict: { ok: true }, input: { form, cookies: 1 } })
})

test('a line without a cookie of that name has none', () => {
  expect(look(`Cookie: other=${sealed()}`)).toMatchObject({
    verdict: { ok: false, reason: 'missing' },
    input: { cookies: 0 },
  })
  expect(look(`other=${sealed()}`).verdict).toEqual({ ok: false, reason: 'missing' })
})

test('of two cookies of that name the first is explained, and both are counted', () => {
  const report = look(`Cookie: session=${sealed()}; session=garbage`)
  expect(report).toMatchObject({ verdict: { ok: true }, input: { cookies: 2 } })
  expect(report.findings.map(({ code }) => code)).toEqual(['several-cookies'])
})

test('a cookie that browsers drop is said to be one', () => {
  expect(look('x'.repeat(4090)).findings.map(({ code }) => code)).toEqual(['no-message', 'over-browser-limit'])
})

test('a Rails cookie that is read as one of ours is recognised, and the other way round', () => {
  const rails = `${'A'.repeat(40)}--${'A'.repeat(16)}--${'A'.repeat(22)}==`
  expect(look(rails).findings.map(({ code }) => code)).toEqual(['other-format'])
  const other = look(sealed(), { secrets: undefined, rails: { secretKeyBase: 'x'.repeat(64), defaults: '8.1' } })
  expect(other.findings.map(({ code }) => code)).toContain('other-format')
})

test.each<[what: string, options: Partial<InspectOptions>, code: string]>([
  ['a name that no cookie has', { name: 'a b' }, 'ERR_OPTIONS'],
  ['a weak secret', { secrets: ['hunter2'] }, 'ERR_SECRET'],
  ['a timeout that is none', { idleTimeout: '5' as '5s' }, 'ERR_OPTIONS'],
  ['a Rails version that is none', { rails: { defaults: '9' as '8.1' } }, 'ERR_OPTIONS'],
])('%s is thrown, whatever the cookie is', (_, options, code) => {
  expect(() => look('', options)).toThrow(expect.objectContaining({ code }) as Error)
})
