import { createSessions, type Sessions } from 'coatcheck'
import type { Wizard } from './wizard.ts'

/** Identity, not state: who is here, for which account, and how far the plan change has come. */
export interface BillingSession {
  userId: number
  accountId: number
  wizard: Wizard
}

/** `SESSION_SECRET`, comma-separated: the first secret seals, all of them open. */
export function readSecrets(text: string | undefined): readonly string[] {
  return (text ?? '').split(',')
}

/** @throws SessionError when a secret is missing or weak */
export function createBillingSessions(secret: string | undefined): Sessions<BillingSession> {
  return createSessions<BillingSession>({
    // In production this would be `__Host-billing_session`. Here it is not, because the prefix demands Secure, and Safari
    // drops Secure cookies on http://localhost.
    name: '_billing_session',
    secrets: readSecrets(secret),
  })
}
