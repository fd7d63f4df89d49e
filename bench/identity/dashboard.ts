import { Eta } from 'eta'
import { accountsOf, firstAccountOf } from '../../examples/billing/data/accounts.ts'
import { invoicesOf } from '../../examples/billing/data/invoices.ts'
import { findPlan } from '../../examples/billing/data/plans.ts'
import type { User } from '../../examples/billing/data/users.ts'
import { formatMoney, formatNumber } from '../../examples/billing/format.ts'

const eta = new Eta({ views: import.meta.dirname, cache: true })

/** The page of the demo's dashboard: its own reads of its own database, its figures, a template. Without its inspector. */
export function dashboard(user: User): string {
  const account = firstAccountOf(user.id)
  return eta.render('dashboard', {
    user,
    account,
    accounts: accountsOf(user.id),
    plan: findPlan(account.planId),
    invoices: invoicesOf(account.id),
    formatMoney,
    formatNumber,
  })
}
