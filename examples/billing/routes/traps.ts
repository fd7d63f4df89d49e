import { Router } from 'express'
import { z } from 'zod'
import { sessions } from '../billing-sessions.ts'
import { invoicesOf } from '../data/invoices.ts'
import { PageError } from '../errors.ts'
import { receivedCookie } from '../received-cookie.ts'
import { renderPage } from '../render-page.ts'
import { TRAPS } from '../traps/catalogue.ts'
import { signedIn } from '../signed-in.ts'

const trapForm = z.object({ action: z.string().max(20).default('') }).catch({ action: '' })

export function trapRoutes(): Router {
  const router = Router()

  router.get(
    '/traps',
    signedIn(async (req, res) => {
      await renderPage(req, res, 'traps', { title: 'Traps', traps: TRAPS, ran: undefined, outcome: undefined })
    }),
  )

  // What a reload of a result, or Enter in the address bar, asks for.
  router.get('/traps/:id', (req, res) => {
    res.redirect(`/traps#${encodeURIComponent(req.params.id)}`)
  })

  router.post(
    '/traps/:id',
    signedIn(async (req, res, { session, user, account }) => {
      const trap = TRAPS.find(({ id }) => id === req.params['id'])
      if (trap === undefined) throw new PageError(404, 'There is no such trap.')
      const jar = sessions.jar(req)
      const outcome = await trap.run({
        action: trapForm.parse(req.body).action,
        session,
        cookie: receivedCookie(req) ?? '',
        jar,
        user,
        account,
        invoices: invoicesOf(account.id),
      })
      // Shown at once and kept nowhere: a result is state, and the session is not the place for it.
      await renderPage(req, res, 'traps', { title: 'Traps', traps: TRAPS, ran: trap.id, outcome })
    }),
  )

  return router
}
