import { z } from 'zod'
import { connection } from './connection.ts'

export interface Account {
  readonly id: number
  readonly userId: number
  readonly name: string
  readonly planId: number
  readonly seats: number
  readonly createdAt: string
}

const accountRow: z.ZodType<Account> = z.object({
  id: z.number(),
  userId: z.number(),
  name: z.string(),
  planId: z.number(),
  seats: z.number(),
  createdAt: z.string(),
})

const COLUMNS = 'id, user_id AS userId, name, plan_id AS planId, seats, created_at AS createdAt'
const owned = connection.prepare(`SELECT ${COLUMNS} FROM accounts WHERE id = ? AND user_id = ?`)
const ofUser = connection.prepare(`SELECT ${COLUMNS} FROM accounts WHERE user_id = ? ORDER BY id`)
const changePlan = connection.prepare('UPDATE accounts SET plan_id = ?, seats = ? WHERE id = ? AND user_id = ?')

/** The account, if it is that user's: the owner is part of the question, so no caller can forget to compare. */
export function ownAccount(id: number, userId: number): Account | undefined {
  return accountRow.optional().parse(owned.get(id, userId))
}

export function accountsOf(userId: number): Account[] {
  return accountRow.array().parse(ofUser.all(userId))
}

/** Where nobody has chosen yet. Every user of this demo has an account. */
export function firstAccountOf(userId: number): Account {
  return accountRow.parse(ofUser.get(userId))
}

export function updatePlan(account: Account, planId: number, seats: number): void {
  changePlan.run(planId, seats, account.id, account.userId)
}
