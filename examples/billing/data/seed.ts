import type { DatabaseSync } from 'node:sqlite'
import { hashPassword } from '../passwords.ts'
import { openDatabase } from './database.ts'
import { DEMO_USERS } from './demo-users.ts'
import { inTransaction } from './transaction.ts'

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

/** Creates the database and fills it at the first start; afterwards it is left as it is. @throws SettingsError */
export function seedDatabase(file: string): void {
  const database = openDatabase(file)
  // Looked at under the write lock: of two demos that start at once on one file, one seeds.
  inTransaction(database, () => {
    if (database.prepare('SELECT 1 FROM users').get() === undefined) seed(database)
  })
  database.close()
}

function seed(database: DatabaseSync): void {
  const addPlan = database.prepare('INSERT INTO plans VALUES (?, ?, ?, ?)')
  const addUser = database.prepare('INSERT INTO users (email, name, password) VALUES (?, ?, ?)')
  const addAccount = database.prepare(
    'INSERT INTO accounts (user_id, name, plan_id, seats, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const addInvoice = database.prepare('INSERT INTO invoices (account_id, text, cents, issued_on) VALUES (?, ?, ?, ?)')

  for (const { id, name, summary, seatCents } of PLANS) addPlan.run(id, name, summary, seatCents)
  for (const { email, name, password, accounts } of DEMO_USERS) {
    const userId = addUser.run(email, name, hashPassword(password)).lastInsertRowid
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
