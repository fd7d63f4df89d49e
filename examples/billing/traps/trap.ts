import type { CookieJar, Session } from 'coatcheck'
import type { Account } from '../data/accounts.ts'
import type { Invoice } from '../data/invoices.ts'
import type { User } from '../data/users.ts'
import type { BillingSession } from '../sessions.ts'

/** A card of the Traps page. */
export interface Trap {
  readonly id: string
  readonly title: string
  /** What the article that this demo answers says about it. */
  readonly seed: string
  /** The code that runs, read from its own file. */
  readonly code: string
  /** The compiler's own sentence, where it has one; a test compiles the mistake and compares. */
  readonly compilerSays?: string
  readonly compilerNote: string
  readonly buttons: readonly { readonly action: string; readonly label: string }[]
  readonly run: (context: TrapContext) => Outcome | Promise<Outcome>
}

/** The request that a trap runs in: everything is real, the session and its cookie included. */
export interface TrapContext {
  /** Which of the trap's buttons it was. */
  readonly action: string
  readonly session: Session<BillingSession>
  /** The value of this request's session cookie, as it stands in the header. */
  readonly cookie: string
  readonly jar: CookieJar
  readonly user: User
  readonly account: Account
  readonly invoices: readonly Invoice[]
}

/** What happened. */
export interface Outcome {
  readonly headline: string
  readonly facts: readonly Fact[]
  /** Under the facts, for what takes several requests to see. */
  readonly history?: readonly string[]
  /** Where to go on. */
  readonly link?: { readonly path: string; readonly label: string }
}

/** One line of an outcome; `isCode` for what came out of the machine. */
export interface Fact {
  readonly label: string
  readonly text: string
  readonly isCode?: boolean
}
