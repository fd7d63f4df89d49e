import { Router } from 'express'
import { z } from 'zod'
import { updatePlan } from '../data/accounts.ts'
import { connection } from '../data/connection.ts'
import { addInvoice } from '../data/invoices.ts'
import { allPlans, findPlan } from '../data/plans.ts'
import { inTransaction } from '../data/transaction.ts'
import { renderPage } from '../render-page.ts'
import { signedIn } from '../signed-in.ts'

const planForm = z.object({ planId: z.coerce.number().int() })
const seatsForm = z.object({ seats: z.coerce.number().int().min(1).max(500) })

/** The plan change: three steps, on any worker, with nothing but the session changed until the last one. */
export function planRoutes(): Router {
  const router = Router()

  router.get(
    '/plan',
    signedIn(async (req, res, { session, account }) => {
      const { step = 1, planId = account.planId, seats = account.seats } = session.wizard ?? {}
      const plan = findPlan(planId)
      await renderPage(req, res, 'plan', { title: 'Change plan', step, plan, seats, plans: allPlans() })
    }),
  )

  router.post(
    '/plan/1',
    signedIn((req, res, { session }) => {
      const form = planForm.safeParse(req.body)
      const plan = form.success ? findPlan(form.data.planId) : undefined
      if (plan === undefined) session.flash['alert'] = 'Please choose one of the plans.'
      else session.wizard = { ...session.wizard, step: 2, planId: plan.id }
      res.redirect(303, '/plan')
    }),
  )

  router.post(
    '/plan/2',
    signedIn((req, res, { session }) => {
      const form = seatsForm.safeParse(req.body)
      if (session.wizard?.planId === undefined) session.flash['alert'] = 'Please choose a plan first.'
      else if (!form.success) session.flash['alert'] = 'Please choose 1 to 500 seats.'
      else {
        // Writes inside an object count too: the session sees them and is sent.
        session.wizard.seats = form.data.seats
        session.wizard.step = 3
      }
      res.redirect(303, '/plan')
    }),
  )

  router.post(
    '/plan/3',
    signedIn((_req, res, { session, account }) => {
      const { planId, seats } = session.wizard ?? {}
      const plan = planId === undefined ? undefined : findPlan(planId)
      if (plan === undefined || seats === undefined) {
        session.flash['alert'] = 'This plan change was finished or given up already.'
        res.redirect(303, '/plan')
        return
      }
      inTransaction(connection, () => {
        updatePlan(account, plan.id, seats)
        // The price of now, not of when the wizard began: the session carried the plan's id alone.
        addInvoice(account.id, `Change to ${plan.name}, ${seats} seats`, plan.seatCents * seats, new Date())
      })
      delete session.wizard
      session.flash['notice'] = `${account.name} is now on ${plan.name} with ${seats} seats.`
      res.redirect(303, '/dashboard')
    }),
  )

  router.post(
    '/plan/back',
    signedIn((_req, res, { session }) => {
      if (session.wizard !== undefined) session.wizard.step = Math.max(1, session.wizard.step - 1)
      res.redirect(303, '/plan')
    }),
  )

  router.post(
    '/plan/cancel',
    signedIn((_req, res, { session }) => {
      delete session.wizard
      session.flash['notice'] = 'Nothing was changed.'
      res.redirect(303, '/dashboard')
    }),
  )

  return router
}
