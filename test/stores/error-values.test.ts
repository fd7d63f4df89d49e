import type pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createIdentity, userSessions } from '../../src/identity/index.ts'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { shown } from '../support/shown.ts'
import { App, Browser } from './browser.ts'
import { SINGLE } from './redis-clients.ts'

const VALUE = 'DE89370400440532013000'

/** What a promise rejects with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing went wrong',
    (error: unknown) => error,
  )

describe('what a client of Redis puts on its errors does not reach the log', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())

  test.each(SINGLE)('with %s', async (_, open) => {
    const { client, close } = await open(server)
    onTestFinished(() => void close())
    const browser = new Browser(new App({ store: redisStore(client) }))
    await browser.visit((session) => (session['userId'] = 7))
    const set = (name: string, value: number): Promise<unknown> => server.command('CONFIG', 'SET', name, value)
    for (const [setting, refusing, word] of [
      ['maxmemory', 1, 'OOM'],
      ['min-replicas-to-write', 1, 'NOREPLICAS'],
    ] as const) {
      // as const: words
      await set(setting, refusing)
      const error = await errorOf(browser.visit((session) => (session['iban'] = VALUE)))
      const begun = await errorOf(new Browser(browser.app).visit((session) => (session['iban'] = VALUE)))
      await set(setting, 0)
      for (const each of [error, begun]) {
        expect(each).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
        expect(shown(each)).toContain(word)
        expect(shown(each)).not.toContain(VALUE)
        expect(shown(each)).not.toContain(browser.cookie)
      }
    }
  })
})

describe('what a client of PostgreSQL puts on its errors does not reach the log', () => {
  let server: RunningPostgres
  let shell: pg.Pool
  beforeAll(async () => {
    server = await startPostgres()
    shell = pgPool(server.url)
    await postgresStore(shell).migrate()
    await postgresRegistry(shell).migrate()
    // It quotes what it refuses: the data of sessions, and the address of somebody who signs in.
    await shell.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room for "%"', NEW USING DETAIL = NEW::text, HINT = NEW::text; END $$;
      CREATE TRIGGER full_of_sessions BEFORE INSERT ON coatcheck_sessions FOR EACH ROW EXECUTE FUNCTION refuse();
      CREATE TRIGGER full_of_users BEFORE INSERT ON coatcheck_user_sessions FOR EACH ROW EXECUTE FUNCTION refuse();`)
  })
  afterAll(async () => {
    await shell.end()
    await server.stop()
  })

  test.each([
    ['pg', () => ({ client: pgPool(server.url), end: (client: unknown) => (client as pg.Pool).end() })], // as: as made
    [
      'postgres.js that keeps what it sent',
      () => {
        const sql = postgres(server.url, { debug: () => {}, onnotice: () => {} })
        return { client: sql, end: () => sql.end() }
      },
    ],
  ])('with %s', async (_, open) => {
    const { client, end } = open()
    onTestFinished(() => end(client))
    const app = new App({ store: postgresStore(client) })
    const failed = await errorOf(new Browser(app).visit((session) => (session['iban'] = VALUE)))
    const users = new App({})
    const identity = createIdentity({
      sessions: users.sessions,
      verify: userSessions(postgresRegistry(client)),
      loadUser: (id: string) => ({ id }),
    })
    const request = await users.begin(undefined)
    const refused = await errorOf(identity.signIn(request.session, VALUE))
    for (const error of [failed, refused]) {
      expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
      expect(shown(error)).toContain('no room for')
      expect(shown(error)).not.toContain(VALUE)
    }
  })
})
