import { afterEach, expect, test, vi } from 'vitest'
import {
  CookieJar,
  createSessions,
  type AnyData,
  type CookieAttributes,
  type CookieExpiry,
  type SessionsOptions,
} from '../../src/index.ts'
import { checkAttributes } from '../../src/cookies/attributes.ts'
import { cookieWriter, setCookie } from '../../src/cookies/set-cookie.ts'
import { FakeClock, SECRET, Visitor } from '../support/visitor.ts'

const clock = new FakeClock()

/** The line that a cookie is set with, with attributes that the types may refuse. */
function line(name: string, attributes: CookieAttributes & CookieExpiry = {}, secure = false): string {
  const jar = new CookieJar({ secrets: [SECRET], secure, clock: clock.now })
  jar.set<string>(name, 'value', attributes)
  return jar.commit()[0] ?? ''
}

afterEach(() => {
  vi.unstubAllEnvs()
})

test('the defaults are Path=/, HttpOnly and SameSite=Lax', () => {
  expect(line('theme')).toBe('theme=value; Path=/; HttpOnly; SameSite=Lax')
})

test('every attribute can be set', () => {
  expect(
    line('theme', {
      path: '/app',
      domain: 'example.com',
      secure: true,
      httpOnly: false,
      sameSite: 'strict',
      partitioned: true,
      priority: 'high',
      maxAge: '2d',
    }).split('; '),
  ).toEqual(
    expect.arrayContaining([
      'theme=value',
      'Path=/app',
      'Domain=example.com',
      'Secure',
      'SameSite=Strict',
      'Partitioned',
      'Priority=High',
      'Max-Age=172800',
    ]),
  )
})

test('Secure is on when the request is https, or NODE_ENV is production', () => {
  expect(line('theme', {}, true)).toContain('; Secure')
  expect(line('theme', { secure: false }, true)).not.toContain('Secure')
  vi.stubEnv('NODE_ENV', 'production')
  expect(line('theme')).toContain('; Secure')
})

test.each<[string, CookieAttributes]>([
  ['__Host-session', {}],
  ['__Secure-session', {}],
  ['__Host-Http-session', {}],
  ['__Http-session', {}],
  ['__HOST-session', {}],
  ['session', { sameSite: 'none' }],
  ['session', { partitioned: true }],
])('Secure is on over http too where the browser demands it: %s %o', (name, attributes) => {
  expect(line(name, attributes)).toContain('; Secure')
})

test.each<[string, string, CookieAttributes & CookieExpiry, RegExp]>([
  ['a domain under __Host-', '__Host-a', { domain: 'example.com' }, /has a domain, which its __Host- prefix forbids/],
  ['a domain under __host-', '__host-a', { domain: 'example.com' }, /has a domain/],
  ['a path under __Host-', '__Host-a', { path: '/app' }, /has path "\/app", but its __Host- prefix demands "\/"/],
  ['no Secure under __Host-', '__Host-a', { secure: false }, /secure: false, but the prefix of __Host-a is dropped/],
  ['no Secure under __Secure-', '__Secure-a', { secure: false }, /secure: false/],
  [
    'a script cookie under __Host-Http-',
    '__Host-Http-a',
    { httpOnly: false },
    /httpOnly: false, which its __Host-Http- prefix/,
  ],
  ['a script cookie under __Http-', '__Http-a', { httpOnly: false }, /httpOnly: false/],
  ['SameSite=None without Secure', 'a', { sameSite: 'none', secure: false }, /SameSite=None is dropped/],
  ['Partitioned without Secure', 'a', { partitioned: true, secure: false }, /Partitioned is dropped/],
  ['a relative path', 'a', { path: 'app' }, /does not begin with "\/"/],
  [
    'a path with a blank',
    'a',
    { path: '/my app' },
    /path "\/my app", which no request has: browsers encode it, as "\/my%20app"/,
  ],
  ['a path beyond ASCII', 'a', { path: '/büro' }, /no request has.*"\/b%C3%BCro"/],
  ['a path with a quote', 'a', { path: '/a"b' }, /no request has/],
  ['a path with a backslash', 'a', { path: '/a\\b' }, /no request has/],
  ['a path with a query', 'a', { path: '/app?a=1' }, /no request has: a query or fragment is not part of it/],
  ['a path with a fragment', 'a', { path: '/app#top' }, /no request has: a query or fragment/],
  ['a path with steps', 'a', { path: '/app/../admin' }, /no request has: browsers take "\." and "\.\." out of it/],
  ['a path with a semicolon', 'a', { path: '/; Domain=evil.example' }, /no Set-Cookie header can carry/],
  ['a path with a line break', 'a', { path: '/\r\nSet-Cookie: a=b' }, /no Set-Cookie header can carry/],
  ['a domain with a line break', 'a', { domain: 'a.example\r\nX: y' }, /no Set-Cookie header can carry/],
  ['a long path', 'a', { path: `/${'x'.repeat(1024)}` }, /a path of 1025 bytes, 1 over the 1024 that browsers read/],
  ['a long domain', 'a', { domain: `${'x.'.repeat(600)}example` }, /a domain of 1207 bytes, 183 over/],
  ['more than 400 days', 'a', { maxAge: '401d' }, /maxAge of cookie a is 401d, 1 days over the 400 days/],
  ['an end after 400 days', 'a', { expires: new Date(clock.now() + 401 * 86_400_000) }, /expires in 401 days/],
  ['an end that is no date', 'a', { expires: new Date(Number.NaN) }, /no valid Date/],
  ['two ends', 'a', { expires: new Date(0), maxAge: '1d' }, /both maxAge and expires/],
  ['an empty name', '', {}, /is no cookie name/],
  ['a name with a space', 'a b', {}, /is no cookie name/],
  ['a name with =', 'a=b', {}, /is no cookie name/],
  ['a name with a line break', 'a\r\nb', {}, /is no cookie name/],
  ['an unknown sameSite', 'a', { sameSite: 'sometimes' as 'lax' }, /unknown sameSite/],
  ['an unknown secure', 'a', { secure: 'maybe' as 'auto' }, /not true, false or 'auto'/],
])('what browsers would drop is refused: %s', (_, name, attributes, message) => {
  expect(() => line(name, attributes)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  )
})

test('an attribute of 1024 bytes and a life of 400 days are accepted', () => {
  expect(line('a', { path: `/${'x'.repeat(1023)}`, maxAge: '400d' })).toContain('Max-Age=34560000')
})

test('the session checks the same rules when it is created', () => {
  expect(() =>
    createSessions({ name: '__Host-s' as string, secrets: [SECRET], cookie: { path: '/app' as '/' } }),
  ).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }))
  expect(() => createSessions({ name: 'two words', secrets: [SECRET] })).toThrow(/no cookie name/)
})

test('a session cookie is always HttpOnly: there is no such option', () => {
  const cookie: object = { httpOnly: false }
  expect(() => createSessions({ name: 's', secrets: [SECRET], cookie })).toThrow(/^cookie\.httpOnly is no option/)
})

test('the session cookie is Secure when its request was', () => {
  const visitor = new Visitor(createSessions<{ a: number }>({ name: 's', secrets: [SECRET] }))
  expect(visitor.visit(({ session }) => (session.a = 1), { secure: true }).setCookie[0]).toContain('; Secure')
  expect(visitor.visit(({ session }) => (session.a = 2), { secure: false }).setCookie[0]).not.toContain('Secure')
})

test.each<[object, RegExp]>([
  [{ idleTimeOut: '1d' }, /^idleTimeOut is no option\. Known: name, cookie, secrets/],
  [{ guard: { refuseRecord: true } }, /^guard\.refuseRecord is no option/],
  [{ guard: 'strict' }, /^guard is "strict", expected 'identity', 'json' or rules/],
  [{ guard: { refuseRecords: 'no' } }, /refuseRecords is no boolean/],
  [{ guard: { maxValueBytes: 0 } }, /maxValueBytes is 0/],
  [{ cacheBytes: -1 }, /cacheBytes is -1, expected a whole number of bytes, 0 for none/],
  [{ cacheBytes: 0.5 }, /cacheBytes is 0\.5/],
  [{ guard: { maxDepth: 100 } }, /maxDepth is 100, expected 1 to 99/],
  [{ onEvent: 3 }, /^onEvent is a number, expected a function/],
  [{ clock: 3 }, /^clock is a number/],
  [{ schema: {} }, /^schema is no Standard Schema/],
  [{ cookie: { persistent: 'yes' } }, /^cookie\.persistent is "yes"/],
  [{ cookie: { partitioned: 'x' } }, /partitioned/],
])('an option that is wrong is refused by name: %o', (options, message) => {
  expect(() => createSessions({ name: 's', secrets: [SECRET], ...options } as SessionsOptions<AnyData>)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  )
})

test('the deepest value that the guard can allow opens again', () => {
  const sessions = createSessions<{ deep: unknown }>({ name: 's', secrets: [SECRET], guard: { maxDepth: 99 } })
  let deep: unknown = 'bottom'
  for (let level = 0; level < 99; level++) deep = [deep]
  expect(sessions.open(sessions.seal({ deep }))).toMatchObject({ ok: true })
  expect(() => sessions.seal({ deep: [deep] })).toThrow(/more than 99 levels/)
})

test.each<CookieAttributes>([
  {},
  { secure: true },
  { secure: false, path: '/app', domain: 'example.com', priority: 'low' },
  { sameSite: 'none', partitioned: true },
  { sameSite: 'strict', httpOnly: false },
])('a session cookie is written as any other cookie with these attributes: %o', (attributes) => {
  const checked = checkAttributes('session', attributes)
  const write = cookieWriter(checked)
  for (const secure of [true, false]) {
    for (const maxAge of [undefined, 0, 86_400]) {
      expect(write('value', { secure }, maxAge)).toBe(setCookie(checked, 'value', { secure }, maxAge))
    }
  }
})

test('sessions that are made where NODE_ENV is production have a Secure cookie over http too', () => {
  vi.stubEnv('NODE_ENV', 'production')
  const write = cookieWriter(checkAttributes('session'))
  expect(write('value', { secure: false })).toContain('; Secure')
})
