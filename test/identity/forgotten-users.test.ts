import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DATABASES, newSession, type CliDatabase, type FreshDatabase } from '../cli/world.ts'

const NOW = Date.UTC(2026, 10, 24)

/** The SQL below a heading of docs/user-sessions.md, for tables of other names. */
function documented(heading: string, { prefix }: FreshDatabase): string {
  const [, section = ''] = readFileSync('docs/user-sessions.md', 'utf8').split(`\n${heading}\n`)
  const [, sql] = /^```sql\n([\s\S]*?)^```/m.exec(section) ?? []
  if (sql === undefined) throw new Error(`there is no SQL below ${heading}`)
  return sql.replaceAll('coatcheck_', prefix).replaceAll(/\busers\b/g, `${prefix}users`)
}

async function signIn({ registry }: FreshDatabase, userId: string): Promise<string> {
  const session = newSession(userId, NOW)
  await registry.insert(session, { maximum: 10 })
  return session.id
}

const WAYS = [
  ['SQLite', '### SQLite: a trigger', 'INTEGER', 'ok: false'],
  ['SQLite', '### SQLite: a trigger', 'TEXT', 'ok: false'],
  ['PostgreSQL', '### PostgreSQL: a trigger', 'INTEGER', 'ok: false'],
  ['PostgreSQL', '### PostgreSQL: a trigger', 'TEXT', 'ok: false'],
  ['PostgreSQL', '### PostgreSQL: a foreign key, where `users.id` is text', 'TEXT', 'violates foreign key constraint'],
] as const

describe.each(DATABASES)('the SQL of the documentation on %s', (name, open) => {
  let database: CliDatabase

  beforeAll(async () => {
    database = await open()
  })

  afterAll(() => database.close())

  /** Tables of ours beside one of users, whose deletion is taken care of in this way. */
  const withUsers = async (heading: string, type: string): Promise<FreshDatabase> => {
    const fresh = database.fresh()
    await fresh.registry.migrate()
    await fresh.script(`CREATE TABLE ${fresh.prefix}users (id ${type} PRIMARY KEY, name TEXT);
      INSERT INTO ${fresh.prefix}users (id, name) VALUES ('42', 'Ada'), ('7', 'Grace'), ('8', 'Edsger')`)
    await fresh.script(documented(heading, fresh))
    return fresh
  }

  test('revokes a user by hand', async () => {
    const fresh = database.fresh()
    const { registry } = fresh
    await registry.migrate()
    const [id, other] = [await signIn(fresh, '42'), await signIn(fresh, '7')]
    const before = await registry.epochs('42')
    await fresh.script(documented('## Ending sessions by hand', fresh))
    expect(await registry.list('42', NOW)).toEqual([])
    expect(await registry.find(id)).toMatchObject({ endedAt: null })
    expect(await registry.list('7', NOW)).toMatchObject([{ id: other }])
    expect(await registry.insert(newSession('42', NOW), { expected: before, maximum: 10 })).toEqual({ ok: false })
  })

  describe.each(WAYS.filter(([where]) => where === name))('%s: %s, an id that is %s', (_, heading, type, answer) => {
    test('deletes the records of whoever is deleted, ended ones too, and nobody else’s', async () => {
      const fresh = await withUsers(heading, type)
      const { registry, prefix } = fresh
      const ids = [await signIn(fresh, '42'), await signIn(fresh, '42'), await signIn(fresh, '7')]
      await registry.end(ids[0] ?? '', { at: NOW, because: 'sign-out' })
      await fresh.script(`DELETE FROM ${prefix}users WHERE id = '42'`)
      expect(await Promise.all(ids.map((id) => registry.find(id)))).toEqual([
        undefined,
        undefined,
        expect.objectContaining({ userId: '7' }),
      ])
      await fresh.script(`DELETE FROM ${prefix}users`)
      expect(await registry.find(ids[2] ?? '')).toBeUndefined()
    })

    test('lets no sign-in land that began before the user was deleted', async () => {
      const fresh = await withUsers(heading, type)
      const before = await fresh.registry.epochs('42')
      await fresh.script(`DELETE FROM ${fresh.prefix}users WHERE id = '42'`)
      const late = fresh.registry.insert(newSession('42', NOW), { expected: before, maximum: 10 })
      const said = await late.then(
        ({ ok }) => `ok: ${ok}`,
        (error: Error) => error.message,
      )
      expect(said).toContain(answer)
      expect(await fresh.registry.list('42', NOW)).toEqual([])
    })
  })
})
