import type { Session } from 'coatcheck'
import type { Request, RequestHandler, Response } from 'express'
import { sessions } from './billing-sessions.ts'
import { firstAccountOf, ownAccount, type Account } from './data/accounts.ts'
import { findUser, type User } from './data/users.ts'
import type { BillingSession } from './sessions.ts'

/** Who is here. The session gave two ids; everything else is as fresh as the database. */
export interface Visitor {
  readonly session: Session<BillingSession>
  readonly user: User
  readonly account: Account
}

/** `undefined` when nobody is signed in, or when the user is gone since. */
export function findVisitor(req: Request): Visitor | undefined {
  const session = sessions.of(req)
  const user = session.userId === undefined ? undefined : findUser(session.userId)
  if (user === undefined) return undefined
  const chosen = session.accountId === undefined ? undefined : ownAccount(session.accountId, user.id)
  return { session, user, account: chosen ?? firstAccountOf(user.id) }
}

/** A handler for visitors who are signed in; everybody else is asked to sign in, whatever their cookie was like. */
export function signedIn(handle: (req: Request, res: Response, visitor: Visitor) => void): RequestHandler {
  return (req, res) => {
    const visitor = findVisitor(req)
    if (visitor !== undefined) {
      handle(req, res, visitor)
      return
    }
    sessions.of(req).flash['notice'] = 'Please sign in.'
    res.redirect(303, '/sign-in')
  }
}
