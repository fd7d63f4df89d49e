import { Router } from 'express'
import { z } from 'zod'
import { accountsOf, ownAccount } from '../data/accounts.ts'
import { invoicesOf } from '../data/invoices.ts'
import { findPlan } from '../data/plans.ts'
import { PageError } from '../errors.ts'
import { renderPage } from '../render-page.ts'
import { signedIn } from '../signed-in.ts'

const id = z.coerce.number().int().positive()

export function accountRoutes(): Router {
  const router = Router()

  router.get('/', (_req, res) => {
    res.redirect('/dashboard')
  })

  router.get(
    '/dashboard',
    signedIn(async (req, res, { user, account }) => {
      await renderPage(req, res, 'dashboard', {
        title: account.name,
        accounts: accountsOf(user.id),
        plan: findPlan(account.planId),
        invoices: invoicesOf(account.id),
      })
    }),
  )

  // AccountsController#switch done right: found among the visitor's own accounts, and only its id goes into the session.
  router.post(
    '/accounts/:id/switch',
    signedIn((req, res, { session, user }) => {
      const wanted = id.safeParse(req.params['id'])
      const account = wanted.success ? ownAccount(wanted.data, user.id) : undefined
      if (account === undefined) throw new PageError(404, 'You have no such account.')
      session.accountId = account.id
      // A plan change that was begun was for the other account.
      delete session.wizard
      session.flash['notice'] = `Switched to ${account.name}.`
      res.redirect(303, '/dashboard')
    }),
  )

  return router
}
