import type { Session, Storable } from 'coatcheck'
import type { Account } from '../data/accounts.ts'

/** What somebody declares who takes the session for server memory. */
export interface MistakenSession {
  currentAccount: Account
  snapshot: string
}

/** The compiler's sentence. It is a type, so this line stops compiling when the sentence is another one. */
export const RECORD_SENTENCE: Storable<Account> =
  'this looks like a database record, and a copy goes stale: store its id'

// Below, each comment swallows an error that must be there: `npm run typecheck` fails when one of these lines compiles.

export function keepAccount(session: Session<MistakenSession>, account: Account): void {
  // @ts-expect-error -- this looks like a database record, and a copy goes stale: store its id
  session.currentAccount = account
}

export function flashAccount(session: Session<MistakenSession>, account: Account): void {
  // @ts-expect-error -- an Account is no FlashValue
  session.flash['error'] = account
}

export function keepSnapshot(session: Session<MistakenSession>, snapshot: string): void {
  session.snapshot = snapshot
}
