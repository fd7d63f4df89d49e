import { expect, test } from 'vitest'
import { CookieJar, createSessions } from '../../src/index.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { EventLog, FakeClock, OLD_SECRET, SECRET, Visitor } from '../support/visitor.ts'

const secrets = [SECRET]

/** The Cookie header that a browser sends after getting these lines. */
function asHeader(lines: readonly string[]): string {
  return lines.map((line) => line.split(';')[0]).join('; ')
}

test('plain text comes back, whatever characters it has', () => {
  const jar = new CookieJar({ secrets })
  for (const [name, text] of Object.entries({ a: 'dark', b: 'ünï; =,"', c: '', d: '100%', e: '\0\r\n' })) {
    jar.set(name, text)
  }
  const cookieHeader = asHeader(jar.commit())
  expect(cookieHeader).toMatch(/^[\x21-\x7e ]*$/)
  const next = new CookieJar({ secrets, cookieHeader })
  expect(['a', 'b', 'c', 'd', 'e'].map((name) => next.get(name))).toEqual(['dark', 'ünï; =,"', '', '100%', '\0\r\n'])
})

test('a lone surrogate is replaced, as in every encoder of UTF-8', () => {
  const jar = new CookieJar({ secrets })
  jar.set('a', 'x\ud800y')
  expect(new CookieJar({ secrets, cookieHeader: asHeader(jar.commit()) }).get('a')).toBe('x\ufffdy')
})

test('a malformed percent-escape of a plain cookie comes back as it is', () => {
  const jar = new CookieJar({ secrets, cookieHeader: 'a=%E0%A4%A; b=%; c=ok' })
  expect([jar.get('a'), jar.get('b'), jar.get('c')]).toEqual(['%E0%A4%A', '%', 'ok'])
})

test.each(['signed', 'encrypted'] as const)('%s values come back, and open for no other name', (view) => {
  const jar = new CookieJar({ secrets })
  jar[view].set('device', { id: 7, tags: ['ü'] })
  const value = asHeader(jar.commit()).slice('device='.length)
  expect(new CookieJar({ secrets, cookieHeader: `device=${value}` })[view].get('device')).toEqual({
    id: 7,
    tags: ['ü'],
  })
  expect(new CookieJar({ secrets, cookieHeader: `admin=${value}` })[view].get('admin')).toBeUndefined()
})

test('a signed value can be read by everybody, an encrypted one cannot', () => {
  const jar = new CookieJar({ secrets })
  jar.signed.set('a', 'sesame')
  jar.encrypted.set('b', 'sesame')
  const [a, b] = jar
    .commit()
    .map((line) => Buffer.from(line.slice(2).split(';')[0] ?? '', 'base64url').toString('latin1'))
  expect(a).toContain('sesame')
  expect(b).not.toContain('sesame')
})

test('neither kind opens as the other, and a session opens as neither', () => {
  const jar = new CookieJar({ secrets })
  jar.signed.set('a', 1)
  jar.encrypted.set('b', 1)
  const next = new CookieJar({ secrets, cookieHeader: asHeader(jar.commit()) })
  expect(next.encrypted.get('a')).toBeUndefined()
  expect(next.signed.get('b')).toBeUndefined()
  const sessions = createSessions({ name: 'session', secrets })
  const held = new CookieJar({ secrets, cookieHeader: `session=${sessions.seal({ a: 1 })}` })
  expect(held.encrypted.get('session')).toBeUndefined()
})

test("an encrypted cookie of the session's own name is no session", () => {
  const jar = new CookieJar({ secrets })
  jar.encrypted.set('session', { accountId: 7 })
  const session = createSessions({ name: 'session', secrets }).read(asHeader(jar.commit()))
  expect(session.refused).toBe('malformed')
})

test('permanent and encrypted chain in either order, and last 400 days', () => {
  const jar = new CookieJar({ secrets })
  jar.permanent.encrypted.set('a', 1)
  jar.encrypted.permanent.set('b', 1)
  jar.permanent.set('c', 'text')
  for (const line of jar.commit()) expect(line).toContain('; Max-Age=34560000')
})

test.each(['signed', 'encrypted'] as const)('the end of a %s cookie is inside the seal', (view) => {
  const clock = new FakeClock()
  const jar = new CookieJar({ secrets, clock: clock.now })
  jar[view].set('a', 1, { maxAge: '1h' })
  const cookieHeader = asHeader(jar.commit())
  const get = (): unknown => new CookieJar({ secrets, cookieHeader, clock: clock.now })[view].get('a')
  clock.advance(3599)
  expect(get()).toBe(1)
  clock.advance(1)
  expect(get()).toBeUndefined()
})

test('what was set is read back in the same request, and what was deleted is gone', () => {
  const jar = new CookieJar({ secrets, cookieHeader: 'a=old' })
  jar.set('a', 'new')
  jar.encrypted.set('b', { c: 1 })
  expect(jar.get('a')).toBe('new')
  expect(jar.encrypted.get('b')).toEqual({ c: 1 })
  jar.delete('a')
  expect(jar.get('a')).toBeUndefined()
  expect(jar.commit()).toEqual([expect.stringMatching(/^a=; .*Max-Age=0/), expect.stringMatching(/^b=[\w-]+; Path=\//)])
})

test('a name that is set twice leaves once; on two paths it leaves twice', () => {
  const jar = new CookieJar({ secrets })
  jar.set('a', '1')
  jar.set('a', '2')
  jar.set('a', '3', { path: '/app' })
  expect(jar.commit().map((line) => line.slice(0, 3))).toEqual(['a=2', 'a=3'])
})

test('delete carries the domain and path that it was given', () => {
  const jar = new CookieJar({ secrets })
  jar.delete('a', { domain: 'example.com', path: '/app' })
  expect(jar.commit()[0]).toMatch(/Domain=example\.com; Path=\/app|Path=\/app; Domain=example\.com/)
})

test('a second cookie of the name does no harm: the one that opens counts', () => {
  const jar = new CookieJar({ secrets })
  jar.signed.set('a', 7)
  const value = asHeader(jar.commit())
  for (const cookieHeader of [`a=garbage; ${value}`, `${value}; a=garbage`]) {
    expect(new CookieJar({ secrets, cookieHeader }).signed.get('a')).toBe(7)
  }
})

test('4096 bytes pass, one more throws at the line', () => {
  const jar = new CookieJar({ secrets })
  jar.set('a', 'x'.repeat(4095))
  expect(() => jar.set('a', 'x'.repeat(4096))).toThrow(
    expect.objectContaining({
      code: 'ERR_COOKIE_OVERFLOW',
      message: expect.stringContaining('a cookie overflowed with size 4097 bytes, 1 over the 4096 that browsers keep'),
    }),
  )
  expect(jar.get('a')).toHaveLength(4095)
  expect(() => jar.set('a', 'ü'.repeat(700))).toThrow(/size 4201/)
  expect(() => jar.encrypted.set('b', 'x'.repeat(4000))).toThrow(/overflowed/)
})

test('what cannot be stored is refused, and blames the line', () => {
  const jar = new CookieJar({ secrets })
  for (const mistake of [
    () => jar.encrypted.set('a', { at: new Date() } as never),
    () => jar.set('a', 7 as never),
    () => jar.permanent.signed.set('a', undefined as never),
    () => jar.set('a b', 'x'),
    () => jar.delete('a b'),
  ]) {
    expect(firstFrame(thrownBy(mistake))).toContain('jar.test.ts')
  }
})

test('after commit, writing throws', () => {
  const jar = new CookieJar({ secrets })
  jar.commit()
  expect(() => jar.set('a', 'x')).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
  expect(() => jar.encrypted.delete('a')).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SENT' }))
})

test('secrets rotate in a jar too, also when the array was changed in place', () => {
  const jar = new CookieJar({ secrets: [OLD_SECRET] })
  jar.signed.set('a', 7)
  const cookieHeader = asHeader(jar.commit())
  expect(new CookieJar({ secrets: [SECRET, OLD_SECRET], cookieHeader }).signed.get('a')).toBe(7)
  expect(new CookieJar({ secrets: [SECRET], cookieHeader }).signed.get('a')).toBeUndefined()
  const ring = [OLD_SECRET]
  expect(new CookieJar({ secrets: ring, cookieHeader }).signed.get('a')).toBe(7)
  ring[0] = SECRET
  expect(new CookieJar({ secrets: ring, cookieHeader }).signed.get('a')).toBeUndefined()
})

test('a weak secret is refused when the jar is made', () => {
  expect(() => new CookieJar({ secrets: ['short'] })).toThrow(expect.objectContaining({ code: 'ERR_SECRET' }))
})

test("the jar of a request shares the session's secrets and events, and its cookies leave with the response", () => {
  const log = new EventLog()
  const sessions = createSessions({ name: 'session', secrets, onEvent: log.hear })
  const visitor = new Visitor(sessions)
  visitor.visit(({ jar }) => jar.encrypted.set('device', { id: 7 }))
  const commit = visitor.visit(({ jar }) => expect(jar.encrypted.get('device')).toEqual({ id: 7 }))
  expect(commit).toEqual({ setCookie: [], vary: true, noStore: false })
  visitor.cookies.set('device', 'garbage')
  visitor.visit(({ jar }) => expect(jar.encrypted.get('device')).toBeUndefined())
  visitor.visit(({ jar }) => expect(() => jar.set('note', 'x'.repeat(5000))).toThrow(/overflowed/))
  expect(log.events).toMatchObject([
    { type: 'refused', cookie: 'device', reason: 'malformed' },
    { type: 'overflow', cookie: 'note', bytes: 5004 },
  ])
})

test('more cookies of one name than browsers send are not even tried', () => {
  const jar = new CookieJar({ secrets })
  jar.signed.set('a', 7)
  const pair = asHeader(jar.commit())
  const garbage = Array.from({ length: 16 }, (_, at) => `a=garbage${at}`)
  expect(new CookieJar({ secrets, cookieHeader: [...garbage.slice(1), pair].join('; ') }).signed.get('a')).toBe(7)
  expect(new CookieJar({ secrets, cookieHeader: [...garbage, pair].join('; ') }).signed.get('a')).toBeUndefined()
})
