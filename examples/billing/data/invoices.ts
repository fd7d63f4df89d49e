import { z } from 'zod'
import { connection } from './connection.ts'

const invoiceRow = z.object({ id: z.number(), text: z.string(), cents: z.number(), issuedOn: z.string() })

export type Invoice = z.infer<typeof invoiceRow>

const ofAccount = connection.prepare(
  'SELECT id, text, cents, issued_on AS issuedOn FROM invoices WHERE account_id = ? ORDER BY id DESC',
)
const add = connection.prepare('INSERT INTO invoices (account_id, text, cents, issued_on) VALUES (?, ?, ?, ?)')

/** The newest first. */
export function invoicesOf(accountId: number): Invoice[] {
  return invoiceRow.array().parse(ofAccount.all(accountId))
}

export function addInvoice(accountId: number, text: string, cents: number, issuedOn: Date): void {
  add.run(accountId, text, cents, issuedOn.toISOString().slice(0, 10))
}
