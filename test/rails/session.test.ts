import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createSessions } from '../../src/index.ts'
import { encryptedMessages } from '../../src/rails/cookie-message.ts'
import { escapeValue, unescapeValue } from '../../src/rails/escaped-value.ts'
import { railsFormat, type RailsOptions } from '../../src/rails/index.ts'
import { dumpMessagePack, loadMessagePack } from '../../src/rails/message-pack.ts'
import { checkRailsOptions } from '../../src/rails/options.ts'
import { firstFrame, thrownBy } from '../support/thrown-by.ts'
import { Visitor } from '../support/visitor.ts'
import { base, ID, minted, NAME, payloadOf, setUp } from './beside-rails.ts'

test('a new session has its session_id first, as 32 hexadecimal characters', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session['user_id'] = 42))
  expect(payloadOf(visitor)).toMatch(/^\{"session_id":"[0-9a-f]{32}","user_id":42\}$/)
})

test('what nobody touched goes back with the very bytes that it came with, in the order that it came in', () => {
  const { visitor } = setUp()
  const payload = `{"b":1.0,"session_id":"${ID}","10":[1e20, 18446744073709551615],"a":"\\u003cx\\u003e","_csrf_token":"QV6S","z":{"k": 2.50}}`
  visitor.cookies.set(NAME, minted(payload))
  visitor.visit(({ session }) => {
    expect(session.id).toBe(ID)
    expect(session['b']).toBe(1)
    session['new'] = 'x'
  })
  expect(payloadOf(visitor)).toBe(payload.replace(/\}$/, ',"new":"x"}'))
})

test('under MessagePack an integer beyond 2^53 and a large float that nobody touched go back as they came', () => {
  const options = { defaults: '7.2', serializer: 'message_pack' } as const
  const { visitor } = setUp(options)
  const before = {
    session_id: ID,
    big: [18_446_744_073_709_551_615n, { far: -(10n ** 40n) }],
    float: 1e20,
    changed: 2n ** 60n,
  }
  visitor.cookies.set(NAME, minted(dumpMessagePack(before), options))
  visitor.visit(({ session }) => {
    expect(session['big']).toEqual(['18446744073709551615', { far: `-1${'0'.repeat(40)}` }])
    session['changed'] = 7
    session['new'] = 'x'
  })
  const messages = encryptedMessages(checkRailsOptions({ ...base, ...options }))
  const opened = messages(NAME).open(visitor.cookies.get(NAME) ?? '', 0)
  expect(opened.ok && loadMessagePack(opened.value)).toEqual({ ...before, changed: 7, new: 'x' })
})

test('what is read from Marshal keeps an integer beyond 2^53 and a large float when it is written as JSON', () => {
  const options = { defaults: '6.1', serializer: 'hybrid' } as const
  const { visitor } = setUp(options)
  // Ruby: Marshal.dump({ 'session_id' => ID, 'big' => 2**64 - 1, 'far' => 1e20 })
  const payload = `\x04\b{\bI"\x0fsession_id\x06:\x06ETI"%${ID}\x06;\x00TI"\bbig\x06;\x00Tl+\t${'\xff'.repeat(8)}I"\bfar\x06;\x00Tf\t1e20`
  visitor.cookies.set(NAME, minted(Buffer.from(payload, 'latin1'), options))
  visitor.visit(({ session }) => expect(session['far']).toBe(1e20))
  expect(payloadOf(visitor, options)).toBe(`{"session_id":"${ID}","big":18446744073709551615,"far":1e+20}`)
})

test('a Float without a fraction that comes as Marshal stays a Float in the JSON that Ruby reads next', () => {
  const options = { defaults: '6.1', serializer: 'hybrid' } as const
  const { visitor } = setUp(options)
  // Ruby: Marshal.dump({ 'session_id' => ID, 'rates' => [1.0, -0.0, 2, 0.5] })
  const payload = `\x04\b{\x07I"\x0fsession_id\x06:\x06ETI"%${ID}\x06;\x00TI"\nrates\x06;\x00T[\tf\x061f\x07-0i\x07f\b0.5`
  visitor.cookies.set(NAME, minted(Buffer.from(payload, 'latin1'), options))
  visitor.visit(({ session }) => expect(session['rates']).toEqual([1, -0, 2, 0.5]))
  expect(payloadOf(visitor, options)).toBe(`{"session_id":"${ID}","rates":[1.0,-0.0,2,0.5]}`)
})

test('a changed key keeps its place, a deleted one leaves it, and assigning an equal value changes nothing', () => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","a":1.0,"b":2,"c":[1.0,2]}`))
  visitor.visit(({ session }) => {
    session['a'] = 1
    delete session['b']
    const list = session['c'] as number[]
    list.push(3)
  })
  expect(payloadOf(visitor)).toBe(`{"session_id":"${ID}","a":1.0,"c":[1.0,2,3]}`)
})

test('nulls at the top are dropped, nested ones stay', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => Object.assign(session, { gone: null, kept: { a: null } }))
  expect(payloadOf(visitor)).toMatch(/^\{"session_id":"\w+","kept":\{"a":null\}\}$/)
})

test('a lone surrogate is never written, and HTML characters are escaped as Rails does', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session['text'] = 'a\ud800b<&>\u2028'))
  expect(payloadOf(visitor)).toContain('"text":"a\ufffdb\\u003c\\u0026\\u003e\u2028"')
})

test('a flash is written in the shape of Rails, and one in that shape is shown once', () => {
  const { visitor } = setUp()
  visitor.visit(({ session }) => (session.flash.notice = 'Saved'))
  expect(payloadOf(visitor)).toContain('"flash":{"discard":[],"flashes":{"notice":"Saved"}}')
  visitor.cookies.set(
    NAME,
    minted(`{"session_id":"${ID}","flash":{"discard":["old"],"flashes":{"old":"x","notice":"From Rails"}}}`),
  )
  visitor.visit(({ session }) => expect({ ...session.flash }).toEqual({ notice: 'From Rails' }))
  expect(payloadOf(visitor)).toBe(`{"session_id":"${ID}"}`)
})

test('a flash that nobody looked at goes back as it came', () => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","flash":{"flashes": {"notice":"x"},"discard":[]}}`))
  visitor.visit(({ session }) => (session['a'] = 1))
  expect(payloadOf(visitor)).toBe(`{"session_id":"${ID}","flash":{"flashes": {"notice":"x"},"discard":[]},"a":1}`)
})

test('renew gives a new session_id in the old place', () => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"a":1,"session_id":"${ID}"}`))
  visitor.visit(({ session }) => session.renew())
  expect(payloadOf(visitor)).toMatch(/^\{"a":1,"session_id":"[0-9a-f]{32}"\}$/)
  expect(payloadOf(visitor)).not.toContain(ID)
})

test.each<[string, Partial<RailsOptions>, Partial<RailsOptions>]>([
  [
    'an older secret_key_base',
    { secretKeyBase: 'old'.repeat(20) },
    { rotations: [{ secretKeyBase: 'old'.repeat(20) }] },
  ],
  ['SHA1 keys', { digest: 'SHA1' }, { rotations: [{ digest: 'SHA1' }] }],
  ['CBC', { authenticatedEncryption: false }, {}],
  ['aes-128-gcm', { cipher: 'aes-128-gcm' }, { rotations: [{ cipher: 'aes-128-gcm' }] }],
])('a cookie of %s opens by rotation, is written anew on that response, and is counted', (_, old, now) => {
  const { visitor, log } = setUp(now)
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","a":1}`, old))
  expect(visitor.visit(({ session }) => expect(session['a']).toBe(1)).setCookie).toHaveLength(1)
  expect(log.events).toMatchObject([{ type: 'opened-by-previous-secret', secret: 1 }])
  expect(payloadOf(visitor)).toBe(`{"session_id":"${ID}","a":1}`)
  expect(visitor.visit(({ session }) => session['a']).setCookie).toHaveLength(0)
})

test('a rotated cookie keeps its end, which Rails itself forgets', () => {
  const { visitor, clock } = setUp({ rotations: [{ digest: 'SHA1' }] })
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","a":1}`, { digest: 'SHA1' }, clock.now() + 60_000))
  visitor.visit(({ session }) => expect(session['a']).toBe(1))
  clock.advance(59)
  visitor.visit(({ session }) => expect(session['a']).toBe(1))
  clock.advance(1)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('expireAfter is sealed inside, slides with use, and sets Max-Age', () => {
  const { visitor, clock } = setUp({ expireAfter: '1h' })
  const [line] = visitor.visit(({ session }) => (session['a'] = 1)).setCookie
  expect(line).toContain('Max-Age=3600')
  clock.advance(3000)
  expect(visitor.visit(({ session }) => session['a']).setCookie).toHaveLength(1)
  clock.advance(3599)
  visitor.visit(({ session }) => expect(session['a']).toBe(1))
  clock.advance(3600)
  visitor.visit(({ session }) => expect(session.refused).toBe('expired-absolute'))
})

test('without a purpose a cookie opens under any name, unless a purpose is required', () => {
  const bare = minted(`{"session_id":"${ID}","a":1}`, { metadata: false })
  expect(setUp().sessions.read(`${NAME}=${bare}`)['a']).toBe(1)
  expect(setUp({ requirePurpose: true }).sessions.read(`${NAME}=${bare}`).refused).toBe('tampered')
})

test('an overflow is thrown at the assignment and says both sizes, and what passes fits into 4096 escaped bytes', () => {
  const { visitor } = setUp()
  let length = 1500
  const commit = visitor.visit(({ session }) => {
    expect(() => {
      for (;;) session['text'] = 'x'.repeat(length++)
    }).toThrow(
      /^_billing_session cookie overflowed with size \d+ bytes, \d+ over the 4096 that browsers keep\. Rails counts \d+, before it escapes the value\. Heaviest keys: "text"/,
    )
  })
  expect(length).toBeGreaterThan(1900)
  const bytes = NAME.length + (visitor.cookies.get(NAME)?.length ?? 0)
  expect(commit.setCookie).toHaveLength(1)
  expect(bytes).toBeLessThanOrEqual(4096)
  expect(bytes).toBeGreaterThan(3900)
})

test('the jar of a request speaks Rails too', () => {
  const { visitor } = setUp()
  visitor.visit(({ jar }) => {
    jar.signed.set('user_id', 42)
    jar.permanent.encrypted.set('remember', { token: 'x' })
  })
  expect(visitor.cookies.get('user_id')).toMatch(/^\w+(?:%3D){0,2}--[0-9a-f]{40}$/)
  visitor.visit(({ jar }) => {
    expect(jar.signed.get('user_id')).toBe(42)
    expect(jar.encrypted.get('remember')).toEqual({ token: 'x' })
    expect(jar.signed.get('remember')).toBeUndefined()
  })
})

test.each<[Partial<RailsOptions>, RegExp]>([
  [{ defaults: '9.9' as '8.1' }, /load_defaults is "9\.9"/],
  [{ secretKeyBase: '' }, /secret_key_base is missing/],
  [{ cipher: 'aes-256-cbc' as 'aes-256-gcm' }, /encrypted_cookie_cipher is "aes-256-cbc"/],
  [
    { authenticatedEncryption: false, cipher: 'aes-128-gcm' },
    /encrypted_cookie_cipher aes-128-gcm is impossible without use_auth/,
  ],
  [{ authenticatedEncryptedCookieSalt: null }, /authenticated_encrypted_cookie_salt is null/],
  [{ authenticatedEncryption: false, encryptedCookieSalt: null }, /encrypted_cookie_salt/],
  [{ digest: 'MD5' as 'SHA1' }, /key_generator_hash_digest_class is "MD5"/],
  [{ serializer: 'yaml' as 'json' }, /cookies_serializer is "yaml"/],
  [{ serializer: 'marshal' }, /cookies_serializer :marshal can be read and not written/],
  [{ serializer: 'message_pack', defaults: '7.0' }, /cookies_serializer :message_pack exists from Rails 7\.1/],
  [{ expireAfter: '0s' }, /expire_after is 0s/],
  [{ expire_after: '14d' } as never, /expire_after is not an option of railsFormat.*expireAfter/],
  [{ rotation: [] } as never, /rotation is not an option of railsFormat.*rotations/],
  [{ rotations: [{ secret: 'x' }] as never }, /rotations\[0\]\.secret is not an option/],
])('an impossible setting is refused with the name that Rails has for it: %o', (options, message) => {
  expect(() => setUp(options)).toThrow(message)
})

test('secrets and timeouts of our own beside a format are refused', () => {
  const format = railsFormat({ ...base, expireAfter: '1h' })
  expect(() => createSessions({ name: NAME, format, secrets: ['x'] } as never)).toThrow(
    /secrets is given beside format rails/,
  )
  expect(() => createSessions({ name: NAME, format, idleTimeout: '1h' })).toThrow(
    /idleTimeout is given beside format rails/,
  )
  expect(() => createSessions({ name: NAME, format, cacheBytes: 0 })).toThrow(/cacheBytes is given beside format rails/)
})

test('what migrate makes of a key is written, and the other keys keep the bytes that they came with', () => {
  const { visitor } = setUp()
  visitor.cookies.set(NAME, minted(`{"session_id":"${ID}","user":"7","big":18446744073709551615,"gone":1}`))
  const sessions = createSessions<{ user: { id: number }; big: string; seen?: boolean | undefined }>({
    name: NAME,
    format: railsFormat(base),
    guard: 'json',
    schema: z.object({ user: z.object({ id: z.number() }), big: z.string(), seen: z.boolean().optional() }),
    migrate: ({ user, big }) => ({ user: { id: Number(user) }, big: typeof big === 'string' ? big : '' }),
  })
  const migrated = new Visitor(sessions)
  migrated.cookies.set(NAME, visitor.cookies.get(NAME) ?? '')
  migrated.visit(({ session }) => {
    expect(session.user).toEqual({ id: 7 })
    session.seen = true
  })
  expect(payloadOf(migrated)).toBe(
    `{"session_id":"${ID}","user":{"id":7},"big":18446744073709551615,"gone":1,"seen":true}`,
  )
})

test('without expireAfter, "remember me" and timeouts are refused at the line that asks for them', () => {
  const format = railsFormat(base)
  for (const option of [{ cookie: { persistent: true } }, { idleTimeout: '1h' }, { absoluteTimeout: '1d' }] as const) {
    const error = thrownBy(() => createSessions({ name: NAME, format, ...option }))
    expect([error.code, error.message]).toEqual([
      'ERR_OPTIONS',
      expect.stringContaining('Set expireAfter of railsFormat'),
    ])
  }
  const { visitor } = setUp()
  visitor.visit(({ session }) => {
    session['user_id'] = 42
    const { id } = session
    const error = thrownBy(() => session.renew({ persistent: true }))
    expect([error.code, error.message]).toEqual([
      'ERR_OPTIONS',
      expect.stringContaining('Set expireAfter of railsFormat'),
    ])
    expect(firstFrame(error)).toContain('session.test.ts')
    expect(session.id).toBe(id)
    session.renew({ persistent: false })
    expect(session.id).not.toBe(id)
  })
})

test('with expireAfter every session outlives the browser, and one that should not is refused', () => {
  const format = railsFormat({ ...base, expireAfter: '1h' })
  expect(() => createSessions({ name: NAME, format, cookie: { persistent: false } })).toThrow(
    /cookie\.persistent is false/,
  )
  createSessions({ name: NAME, format, cookie: { persistent: true } })
  const { visitor } = setUp({ expireAfter: '1h' })
  const { setCookie } = visitor.visit(({ session }) => {
    expect(thrownBy(() => session.renew({ persistent: false })).message).toContain('makes every session outlive')
    session.renew({ persistent: true })
  })
  expect(setCookie[0]).toContain('Max-Age=3600')
})

test('an envelope that no Rails wrote is read as JSON says: escapes in its message, the last of two messages', () => {
  const text = Buffer.from(JSON.stringify({ session_id: ID, user_id: '???>>>' })).toString('base64')
  const escaped = text.replaceAll('/', '\\/').replaceAll('+', '\\u002b')
  expect(escaped).not.toBe(text)
  for (const envelope of [
    `{"_rails":{"message":"${escaped}","exp":null,"pur":null}}`,
    `{"_rails":{"message":"e30=","exp":null,"message":"${text}","pur":null}}`,
    `{"_rails":{"message":"${text}","exp":null,"pur":null}}`,
  ]) {
    const { sessions } = setUp({ metadata: false })
    expect(sessions.open(minted(envelope, { metadata: false }))).toMatchObject({
      ok: true,
      data: { user_id: '???>>>' },
    })
  }
  const { sessions } = setUp({ metadata: false })
  const other = `{"_rails":{"message":"${text}","exp":null,"pur":"cookie.other"}}`
  expect(sessions.open(minted(other, { metadata: false }))).toEqual({ ok: false, reason: 'tampered' })
})

test('with requirePurpose a session without an envelope is refused, in cookies of Rails 5.2 too', () => {
  for (const defaults of ['5.2', '8.1'] as const) {
    const cookie = minted(`{"session_id":"${ID}"}`, { defaults, metadata: false })
    const open = (requirePurpose: boolean): unknown =>
      setUp({ defaults, serializer: 'json', requirePurpose }).sessions.open(cookie)
    expect(open(false)).toMatchObject({ ok: true })
    expect(open(true)).toEqual({ ok: false, reason: 'tampered' })
  }
})

test('a value is escaped as Rack escapes it, whatever its length', () => {
  for (const length of [0, 1, 3, 1000, 9000]) {
    const message = randomBytes(length).toString('base64')
    expect(escapeValue(message)).toBe(encodeURIComponent(message))
    expect(unescapeValue(escapeValue(message))).toBe(message)
  }
  expect(escapeValue('='.repeat(4096))).toBe('%3D'.repeat(4096))
})

test('a signed cookie of an older secret is set again in the current way', () => {
  const older = setUp({ secretKeyBase: 'old'.repeat(20) })
  older.visitor.visit(({ jar }) => jar.signed.set('user_id', 42))
  const { visitor } = setUp({ rotations: [{ secretKeyBase: 'old'.repeat(20) }] })
  visitor.cookies.set('user_id', older.visitor.cookies.get('user_id') ?? '')
  expect(visitor.visit(({ jar }) => expect(jar.signed.get('user_id')).toBe(42)).setCookie).toHaveLength(1)
  const current = setUp().visitor
  current.cookies.set('user_id', visitor.cookies.get('user_id') ?? '')
  current.visit(({ jar }) => expect(jar.signed.get('user_id')).toBe(42))
})
