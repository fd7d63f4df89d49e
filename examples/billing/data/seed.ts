import type { DatabaseSync } from 'node:sqlite'
import { sqliteRegistry } from 'coatcheck/identity/sqlite'
import { hashPassword } from '../passwords.ts'
import { openDatabase } from './database.ts'
import { DEMO_USERS } from './demo-users.ts'
import { inTransaction } from './transaction.ts'
import { addMissingColumns } from './upgrade.ts'

const PLANS = [
  { id: 1, name: 'Starter', summary: 'Invoices by e-mail', seatCents: 900 },
  { id: 2, name: 'Team', summary: 'Shared inbox and approvals', seatCents: 1900 },
  { id: 3, name: 'Business', summary: 'Audit log and single sign-on', seatCents: 3400 },
]

const MONTHS = [
  { name: 'April 2026', firstDay: '2026-04-01' },
  { name: 'May 2026', firstDay: '2026-05-01' },
  { name: 'June 2026', firstDay: '2026-06-01' },
]

/**
 * Creates the database, the tables of user sessions too, and fills in what is missing; the rest is left as it is.
 *
 * @param endSessions with a new secret no cookie of before opens, and the lists of devices should not say otherwise
 * @throws SettingsError
 */
export async function seedDatabase(file: string, { endSessions }: { readonly endSessions: boolean }): Promise<void> {
  const database = openDatabase(file)
  const registry = sqliteRegistry(database)
  await registry.migrate()
  if (endSessions) await registry.raiseEveryoneEpoch()
  // Looked at under the write lock: of two demos that start at once on one file, one seeds.
  inTransaction(database, () => {
    addMissingColumns(database)
    if (database.prepare('SELECT 1 FROM plans').get() === undefined) addPlans(database)
    addMissingUsers(database)
    database.exec('DELETE FROM copied_cookies')
  })
  database.close()
}

function addPlans(database: DatabaseSync): void {
  const add = database.prepare('INSERT INTO plans VALUES (?, ?, ?, ?)')
  for (const { id, name, summary, seatCents } of PLANS) add.run(id, name, summary, seatCents)
}

function addMissingUsers(database: DatabaseSync): void {
  const find = database.prepare('SELECT 1 FROM users WHERE email = ?')
  const addUser = database.prepare('INSERT INTO users (email, name, password, is_admin) VALUES (?, ?, ?, ?)')
  const addAccount = database.prepare(
    'INSERT INTO accounts (user_id, name, plan_id, seats, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const addInvoice = database.prepare('INSERT INTO invoices (account_id, text, cents, issued_on) VALUES (?, ?, ?, ?)')

  for (const { email, name, password, isAdmin, accounts } of DEMO_USERS) {
    if (find.get(email) !== undefined) continue
    const userId = addUser.run(email, name, hashPassword(password), isAdmin ? 1 : 0).lastInsertRowid
    for (const account of accounts) {
      const { planId, seats } = account
      const accountId = addAccount.run(userId, account.name, planId, seats, '2026-03-02T09:00:00Z').lastInsertRowid
      const cents = seats * (PLANS.find((plan) => plan.id === planId)?.seatCents ?? 0)
      for (const { name: month, firstDay } of MONTHS) {
        addInvoice.run(accountId, `${month}, ${seats} seats`, cents, firstDay)
      }
    }
  }
}
