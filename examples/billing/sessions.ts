import { createSessions, type Sessions } from 'coatcheck'
import { railsFormat } from 'coatcheck/rails'
import type { SessionStore } from 'coatcheck/stores'
import type { Wizard } from './wizard.ts'

/** Identity, not state: for which account, and how far the plan change has come. Who is here is `identity`'s to say. */
export interface BillingSession {
  accountId: number
  wizard: Wizard
}

/** How cookies are written: our own way, or as a Rails application does (`npm start -- --rails`). */
export type CookieKind = 'compact' | 'rails'

/** What says so to workers, beside `SESSION_SECRET`. */
export const KIND_VARIABLE = 'BILLING_COOKIES'

export function readKind(environment: NodeJS.ProcessEnv): CookieKind {
  return environment[KIND_VARIABLE] === 'rails' ? 'rails' : 'compact'
}

/** `SESSION_SECRET`, comma-separated: the first secret seals, all of them open. */
export function readSecrets(text: string | undefined): readonly string[] {
  return (text ?? '').split(',')
}

type Sealing =
  | { readonly secrets: readonly string[] }
  | { readonly format: ReturnType<typeof railsFormat>; readonly secrets?: never }

/** The options of `createSessions` that say how cookies are sealed, for secrets of which the first is the current one. */
export function sealedWith(secrets: readonly string[], kind: CookieKind): Sealing {
  if (kind === 'compact') return { secrets }
  const [secretKeyBase = '', ...previous] = secrets
  const rotations = previous.map((secret) => ({ secretKeyBase: secret }))
  return { format: railsFormat({ secretKeyBase, defaults: '8.1', rotations }) }
}

export interface BillingSessionsOptions {
  readonly kind: CookieKind
  /** Where sessions live. Default: in the cookie. */
  readonly store?: SessionStore | undefined
}

/** @throws SessionError when a secret is missing or weak */
export function createBillingSessions(
  secret: string | undefined,
  { kind, store }: BillingSessionsOptions,
): Sessions<BillingSession> {
  return createSessions<BillingSession>({
    // In production this would be `__Host-billing_session`. Here it is not, because the prefix demands Secure, and Safari
    // drops Secure cookies on http://localhost.
    name: '_billing_session',
    store,
    ...sealedWith(readSecrets(secret), kind),
  })
}
