import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createIdentity, userSessions, userTokens } from '../../src/identity/index.ts'
import { ipPrefix } from '../../src/identity/ip-prefix.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { createSessions } from '../../src/index.ts'
import { thrownBy } from '../support/thrown-by.ts'
import { commitNow } from '../support/commit-now.ts'
import { SECRET } from '../support/visitor.ts'

const sessions = createSessions<{ step: number }>({ name: 'session', secrets: [SECRET] })
const registry = sqliteRegistry(new DatabaseSync(':memory:'))
const tokens = { tokenOf: () => 'x'.repeat(43), find: () => null, rotate: () => undefined }
const good = { sessions, verify: userSessions(registry), loadUser: (id: number) => ({ id }) }

test.each([
  ['no sessions', { ...good, sessions: {} }, /sessions is none/],
  ['an unknown option', { ...good, currentUser: 7 }, /currentUser is no option\. Known: sessions, verify/],
  ['a registry in place of a strategy', { ...good, verify: registry }, /verify is none, expected userSessions/],
  ['no loadUser', { sessions, verify: good.verify }, /userSessions needs loadUser/],
  ['loadUser beside tokens', { ...good, verify: userTokens(tokens) }, /loadUser is given beside userTokens/],
  ['an allow that is no function', { ...good, allow: true }, /allow is a boolean/],
  ['limits without end', { ...good, limits: 'none' }, /expected 'aal1', 'aal2', 'aal3'/],
  ['limits too long', { ...good, limits: { idleTimeout: '1d', absoluteTimeout: '500d' } }, /100 days over the 400/],
  [
    'an idle limit that never applies',
    { ...good, limits: { idleTimeout: '2d', absoluteTimeout: '1d' } },
    /never apply/,
  ],
])('createIdentity with %s is refused at that line', (_, options, message) => {
  const error = thrownBy(() => createIdentity(options as never)) // as: the mistake
  expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) })
  expect(error.stack?.split('\n')[1]).toContain('options.test.ts')
})

test.each([
  ['no registry', () => userSessions({} as never), /expected one as sqliteRegistry/],
  [
    'no devices',
    () => userSessions(registry, { maxSessionsPerUser: 0 }),
    /maxSessionsPerUser is 0, expected 1 or more/,
  ],
  ['no find', () => userTokens({ ...tokens, find: undefined } as never), /userTokens needs find/],
])('a strategy with %s is refused', (_, create, message) => {
  expect(create).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }))
})

describe('identity', () => {
  const identity = createIdentity(good)
  const session = () => sessions.begin({}, { cookieHeader: undefined, isSecure: () => true }).session

  test.each([[''], [1.5], [Number.NaN], [2 ** 53], [{}], [undefined]])(
    'refuses %o for a user id, at the line that gave it',
    async (id) => {
      const error: unknown = await identity.signIn(session(), id as never).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringContaining('A user id is') })
      expect((error as Error).stack?.split('\n')[1]).toContain('options.test.ts')
    },
  )

  test('refuses what is no session, and a session that cannot be written', async () => {
    await expect(identity.signIn({} as never, 7)).rejects.toMatchObject({ code: 'ERR_OPTIONS' })
    const readonly = sessions.read(undefined) as never
    await expect(identity.signIn(readonly, 7)).rejects.toMatchObject({ code: 'ERR_SESSION_READONLY' })
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    commitNow(exchange)
    const error: unknown = await identity.signOut(exchange.session).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'ERR_SESSION_SENT',
      message: expect.stringMatching(/^identity\.signOut\(\) was written after/),
    })
    expect((error as Error).stack?.split('\n')[1]).toContain('options.test.ts')
  })

  test.each([
    [{ limit: 0 }, /^limit of listSessions\(\) is 0, expected 1 or more/],
    [{ limit: '5' }, /^limit of listSessions\(\) is of type string/],
    [{ limit: 5, after: { id: 'a' } }, /^after of listSessions\(\) is not a device/],
  ])('refuses to list %o, at that line', async (page, message) => {
    const listed = identity.listSessions(7, undefined, page as never) // as: the mistakes
    const error: unknown = await listed.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) })
    expect((error as Error).stack?.split('\n')[1]).toContain('options.test.ts')
  })

  test('lists devices in parts, the last seen first', async () => {
    await registry.migrate()
    for (let device = 0; device < 5; device++) await identity.signIn(session(), 46)
    const whole = await identity.listSessions(46)
    const first = await identity.listSessions(46, undefined, { limit: 3 })
    const rest = await identity.listSessions(46, undefined, { limit: 3, after: first.at(-1) })
    expect([first.length, rest.length]).toEqual([3, 2])
    expect([...first, ...rest]).toEqual(whole)
  })

  test.each(['epochOf', 'revokeUser', 'listSessions'] as const)('refuses nobody for a user of %s', async (verb) => {
    for (const id of [null, undefined, '']) {
      // oxlint-disable-next-line no-await-in-loop -- one mistake after the other
      await expect(identity[verb](id as never)).rejects.toMatchObject({ code: 'ERR_OPTIONS' }) // as: the mistakes
    }
  })

  test('leaves out what an application does not know of a device, as headers.get() says it', async () => {
    await registry.migrate()
    const ip = new Headers().get('x-forwarded-for')
    await identity.signIn(session(), 41, { ip, userAgent: null, label: undefined, method: null })
    expect(await identity.listSessions(41)).toMatchObject([
      { ipPrefix: null, userAgent: null, label: null, method: null },
    ])
  })

  test.each([
    ['ip', ['203.0.113.9', '198.51.100.1'], /^ip: the value is an array, expected text\.$/],
    ['ip', 3405803785, /^ip: the value is of type number/],
    ['userAgent', { family: 'Firefox' }, /^userAgent: the value is of type object/],
    ['label', 7, /^label: the value is of type number/],
    ['method', Symbol('password'), /^method: the value is of type symbol/],
    ['epoch', 7, /^epoch: the value is of type number, expected what identity\.epochOf\(userId\) gave/],
    ['epoch', null, /^epoch: the value is null/],
    ['persistent', 'yes', /^persistent: the value is of type string, expected true or false/],
  ])('refuses a %s of another type, %o, at the line that gave it', async (name, value, message) => {
    const error: unknown = await identity.signIn(session(), 42, { [name]: value }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) })
    expect((error as Error).stack?.split('\n')[1]).toContain('options.test.ts')
  })

  test.each([
    ['signIn', () => identity.signIn(session(), 7, null as never)],
    ['reauthenticated', () => identity.reauthenticated(session(), 'password' as never)],
  ])('refuses options of %s that are not an object', async (verb, ask) => {
    const message = expect.stringContaining(`the options of ${verb}()`)
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_OPTIONS', message })
  })

  test('a device is never ended without an owner, whatever is given for one', async () => {
    await registry.migrate()
    await identity.signIn(session(), 43)
    const [device] = await identity.listSessions(43)
    const owners = [undefined, null, {}, ...[undefined, null, '', 0.5, [], {}].map((userId) => ({ userId }))]
    for (const owner of owners) {
      const ended = identity.revokeSession(device?.id ?? '', owner as never) // as: the mistakes
      // oxlint-disable-next-line no-await-in-loop -- one mistake after the other
      await expect(ended).rejects.toMatchObject({ code: 'ERR_OPTIONS' })
    }
    for (const id of [undefined, null, 7, {}]) {
      const ended = identity.revokeSession(id as never, { userId: 43 }) // as: the mistakes
      // oxlint-disable-next-line no-await-in-loop -- one mistake after the other
      await expect(ended).rejects.toMatchObject({ code: 'ERR_OPTIONS' })
    }
    expect(await identity.listSessions(43)).toHaveLength(1)
  })

  test.each([{ limit: 0 }, { limit: 1.5 }, { limit: '10' }, { keepSeconds: -1 }, { keepSeconds: Number.NaN }])(
    'refuses to sweep with %o',
    async (options) => {
      const error: unknown = await identity.sweep(options as never).catch((reason: unknown) => reason) // as: the mistakes
      expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringContaining('of sweep() is') })
      expect((error as Error).stack?.split('\n')[1]).toContain('options.test.ts')
    },
  )

  test.each(['loadUser', 'allow'] as const)('passes on what %s throws as it is', async (name) => {
    await registry.migrate()
    const mistake = new TypeError('users.find is not a function')
    const fails = (): never => {
      throw mistake
    }
    const one = createIdentity({ ...good, allow: () => true, [name]: fails })
    const held = session()
    await one.signIn(held, 44)
    await expect(one.currentUser(held)).rejects.toBe(mistake)
  })

  test('signs in by a clock that tells fractions of a millisecond', async () => {
    await registry.migrate()
    const exact = createSessions({
      name: 'session',
      secrets: [SECRET],
      clock: () => performance.timeOrigin + performance.now(),
    })
    const one = createIdentity({ ...good, sessions: exact })
    const held = exact.begin({}, { cookieHeader: undefined, isSecure: () => true }).session
    await one.signIn(held, 45)
    expect(await one.currentUser(held)).toEqual({ id: 45 })
    expect(Number.isInteger((await one.listSessions(45))[0]?.createdAt)).toBe(true)
    await one.revokeUser(45)
  })

  test('refuses an epoch that it did not give', async () => {
    await registry.migrate()
    await expect(identity.signIn(session(), 7, { epoch: 'tomorrow' })).rejects.toMatchObject({ code: 'ERR_OPTIONS' })
  })

  test('keeps the key of its claims to itself: data may not use it, and nobody sees it', async () => {
    const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
    await identity.signIn(exchange.session, 7)
    const held: object = exchange.session
    expect(Reflect.get(held, '_identity')).toBeUndefined()
    expect(Object.keys(held)).toEqual([])
    expect(() => Reflect.set(held, '_identity', { uid: 8 })).toThrow(/_identity is the session's own/)
    expect(() => Reflect.deleteProperty(held, '_identity')).toThrow(/_identity is the session's own/)
    const [line = ''] = commitNow(exchange).setCookie
    const opened = sessions.open(line.slice('session='.length, line.indexOf(';')))
    expect(opened).toMatchObject({ ok: true, format: 'compact', secret: 0 })
    expect(opened.ok && opened.data).toEqual({})
  })
})

test.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['::FFFF:203.0.113.9', '203.0.113.0/24'],
  ['::ffff:cb00:7109', '203.0.113.0/24'],
  ['::FFFF:CB00:7109', '203.0.113.0/24'],
  ['0:0:0:0:0:ffff:cb00:7109', '203.0.113.0/24'],
  ['0000:0000:0000:0000:0000:FFFF:203.0.113.9', '203.0.113.0/24'],
  ['::ffff:203.0.113.9%eth0', '203.0.113.0/24'],
  ['::FFFF:102:304', '1.2.3.0/24'],
  ['::ffff:1.2.3.4', '1.2.3.0/24'],
  ['2001:DB8:1:2::3%eth0', '2001:db8:1::/48'],
  ['127.0.0.1', '127.0.0.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['2001:0DB8:0000:0002::3', '2001:db8::/48'],
  ['2001:db8::1', '2001:db8::/48'],
  ['::1', '::/48'],
  ['::', '::/48'],
  ['fe80::1%eth0', 'fe80::/48'],
  ['64:ff9b::192.0.2.1', '64:ff9b::/48'],
  ['1:2:3:4:5:6:7:8', '1:2:3::/48'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3::/48'],
  ['0:0:1::', '0:0:1::/48'],
  ['not an address', undefined],
  ['', undefined],
  ['203.0.113.9, 198.51.100.1', undefined],
])('of the address %s a device list keeps %s', (address, prefix) => {
  expect(ipPrefix(address)).toBe(prefix)
})
