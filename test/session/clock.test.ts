import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { CookieJar, createSealer, createSessions } from '../../src/index.ts'
import { railsFormat, railsJar } from '../../src/rails/index.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { SECRET } from '../support/visitor.ts'

const SECRETS = [SECRET]
const TIME = Date.UTC(2026, 10, 24)
const KEY_BASE = '9d8b1c'.repeat(20)

/** Whatever takes a clock, used once. */
const USES: Readonly<Record<string, (clock: () => number) => unknown>> = {
  'a session': (clock) => createSessions({ name: 'session', secrets: SECRETS, clock }).seal({ userId: 7 }),
  'a session of Rails': (clock) =>
    createSessions({ name: 'session', format: railsFormat({ defaults: '8.1', secretKeyBase: KEY_BASE }), clock }).seal({
      a: 7,
    }),
  'a sealer': (clock) => createSealer({ purpose: 'link', secrets: SECRETS, clock }).seal({ a: 1 }, { expiresIn: '1h' }),
  'a jar': (clock) => new CookieJar({ secrets: SECRETS, clock }).encrypted.set('a', 1),
  'a jar of Rails': (clock) =>
    railsJar({ defaults: '8.1', secretKeyBase: KEY_BASE, cookieHeader: '', clock }).encrypted.set('a', 1),
}

test.each(Object.entries(USES))('%s takes a clock with fractions of a millisecond', (_, use) => {
  expect(() => use(() => TIME + 0.75)).not.toThrow()
})

test.each(Object.entries(USES))('%s refuses a clock that tells no time', (_, use) => {
  const refused = expect.objectContaining({
    code: 'ERR_OPTIONS',
    message: expect.stringMatching(/^clock gave /) as string,
  }) as Error
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, BigInt(TIME), new Date(TIME), String(TIME), undefined]) {
    expect(() => use(() => time as never)).toThrow(refused)
  }
})

test('signing in by a clock with fractions keeps whole milliseconds, in SQLite, which takes no others', async () => {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  const [registry, store] = [sqliteRegistry(database), sqliteStore(database)]
  await registry.migrate()
  await store.migrate()
  const sessions = createSessions({ name: 'session', secrets: SECRETS, store, clock: () => TIME + 0.75 })
  const identity = createIdentity({ sessions, verify: userSessions(registry), loadUser: (id) => ({ id }) })
  const exchange = sessions.begin({}, { cookieHeader: undefined, isSecure: () => true })
  await exchange.load()
  await identity.signIn(exchange.session, 7)
  await exchange.commit()
  const [device] = await identity.listSessions(7)
  expect(device).toMatchObject({ createdAt: TIME, lastSeenAt: TIME })
})
