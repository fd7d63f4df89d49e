import { SessionError, type Session } from 'coatcheck'
import type { Request } from 'express'
import { sessions } from './billing-sessions.ts'
import { firstAccountOf, ownAccount, type Account } from './data/accounts.ts'
import type { User } from './data/users.ts'
import { identity, type BillingStatus } from './identity.ts'
import type { BillingSession } from './sessions.ts'

/** Who is here. The session gave a proof and an account's id; everything else is as fresh as the database. */
export interface Visitor {
  readonly session: Session<BillingSession>
  readonly user: User
  readonly account: Account
}

/** `undefined` when nobody is signed in, or somebody who may not act now. */
export async function findVisitor(req: Request): Promise<Visitor | undefined> {
  const session = sessions.of(req)
  const user = await identity.currentUser(session)
  if (user === null) return undefined
  const chosen = session.accountId === undefined ? undefined : ownAccount(session.accountId, user.id)
  return { session, user, account: chosen ?? firstAccountOf(user.id) }
}

/** The same with its reasons, for pages that must come even when nobody knows: `undefined` while the record does not answer. */
export async function findStatus(req: Request): Promise<BillingStatus | undefined> {
  try {
    return await identity.status(sessions.of(req))
  } catch (error) {
    if (error instanceof SessionError && error.code === 'ERR_STORE_UNAVAILABLE') return undefined
    throw error
  }
}
