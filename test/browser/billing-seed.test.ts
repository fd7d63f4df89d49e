import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seedDatabase } from '../../examples/billing/data/seed.ts'

test('the database of an earlier release gets what it lacks and keeps what it has', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'billing-seed-'))
  const file = join(directory, 'billing.db')
  const database = new DatabaseSync(file)
  database.exec(`
    CREATE TABLE users (
      id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, password TEXT NOT NULL
    ) STRICT;
    INSERT INTO users VALUES (1, 'ada@example.com', 'Ada, renamed', 'hash'), (2, 'grace@example.com', 'Grace', 'hash');
  `)
  await seedDatabase(file, { endSessions: true })
  await seedDatabase(file, { endSessions: true })
  const users = database.prepare('SELECT name, is_admin, access_revoked FROM users ORDER BY id').all()
  const everyone = database.prepare("SELECT epoch FROM coatcheck_user_session_epochs WHERE user_id = ''").get()
  database.close()
  rmSync(directory, { recursive: true })
  expect(users.map((user) => Object.values(user))).toEqual([
    ['Ada, renamed', 0, 0],
    ['Grace', 0, 0],
    ['Margaret Hamilton', 1, 0],
  ])
  expect(everyone?.['epoch']).toBe(2)
})
