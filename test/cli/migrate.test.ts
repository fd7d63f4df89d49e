import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coatcheck, countSessions, DATABASES, newSession, type CliDatabase } from './world.ts'

describe.each(DATABASES)('coatcheck migrate on %s', (name, open) => {
  let database: CliDatabase

  beforeAll(async () => {
    database = await open()
  })

  afterAll(() => database.close())

  test('makes the tables, and a second time changes nothing', async () => {
    const { args, env, prefix, registry } = database
    const said = {
      status: 0,
      stderr: '',
      stdout: `${prefix}user_sessions and ${prefix}user_session_epochs are there.\n`,
    }
    expect(await coatcheck(['migrate', ...args], { env })).toEqual(said)
    await registry.insert(newSession('7', Date.now()), { maximum: 1 })
    expect(await coatcheck(['migrate', ...args], { env })).toEqual(said)
    expect(await countSessions(database)).toBe(1)
  })

  test('four processes may run it at once, in a database that has nothing yet', async () => {
    for (let round = 0; round < 4; round += 1) {
      const fresh = database.fresh()
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => coatcheck(['migrate', ...fresh.args], fresh)))
      expect(outcomes.map(({ status, stderr }) => [status, stderr])).toEqual(Array.from({ length: 4 }, () => [0, '']))
      expect(await countSessions(fresh)).toBe(0)
    }
  })

  test('--print prints what migrate runs, without a dialect being named, and connects to nothing', async () => {
    const { args, env, registry } = database.fresh()
    const unreachable = Object.fromEntries(Object.keys(env).map((key) => [key, 'postgres://u:p@127.0.0.1:1/nowhere']))
    const { status, stdout } = await coatcheck(['migrate', '--print', ...args], { env: unreachable })
    expect(status).toBe(0)
    expect(stdout).toBe(registry.schema)
  })

  test('--tables sessions makes the table of a store, --tables all all of them, and each prints what it makes', async () => {
    const { args, env, prefix, registry, store } = database.fresh()
    const migrate = async (...more: string[]): Promise<string> => {
      const { status, stdout, stderr } = await coatcheck(['migrate', ...args, ...more], { env })
      expect([status, stderr]).toEqual([0, ''])
      return stdout
    }
    expect(await migrate('--tables', 'sessions', '--print')).toBe(store.schema)
    expect(await migrate('--tables', 'sessions')).toBe(`${prefix}sessions is there.\n`)
    await store.insert('id', { created: 1, slid: 1, expiresAt: 9, entries: new Map() }, 1)
    await expect(registry.find('id')).rejects.toThrow(`${prefix}user_sessions`)

    expect(await migrate('--tables', 'all', '--print')).toBe(registry.schema + store.schema)
    expect(await migrate('--tables', 'all')).toBe(
      `${prefix}user_sessions, ${prefix}user_session_epochs and ${prefix}sessions are there.\n`,
    )
    expect(await store.find('id')).toBeDefined()
    expect(await registry.find('id')).toBeUndefined()
  })

  test.each(['user-sessions', 'sessions'])('the SQL of %s in docs is what --print prints', async (tables) => {
    const dialect = name === 'SQLite' ? 'sqlite' : 'postgres'
    const { stdout } = await coatcheck(['migrate', '--print', '--tables', tables, '--dialect', dialect])
    expect(readFileSync(`docs/${tables}.${dialect}.sql`, 'utf8')).toBe(stdout)
  })
})

test.each<[string, string[], RegExp]>([
  ['--print without a dialect or a database', ['--print'], /--print needs --dialect sqlite or --dialect postgres/],
  ['an unknown dialect', ['--print', '--dialect', 'mysql'], /'mysql' is invalid. Allowed choices are sqlite, postgres/],
  ['unknown tables', ['--tables', 'users'], /'users' is invalid. Allowed choices are user-sessions, sessions, all/],
  ['a dialect without --print', ['--dialect', 'sqlite', '--database', 'sqlite:x.db'], /--dialect is for --print/],
  [
    'a prefix that would need quotes',
    ['--print', '--dialect', 'sqlite', '--prefix', 'A"'],
    /ERR_OPTIONS: prefix is "A\\""/,
  ],
  ['no database', [], /no database is given: use --database sqlite:PATH/],
])('a wrong call exits with 2 and says why: %s', async (_, args, message) => {
  const { status, stdout, stderr } = await coatcheck(['migrate', ...args])
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})
