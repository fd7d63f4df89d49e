import { Router } from 'express'
import { z } from 'zod'
import { kind, sessions } from '../billing-sessions.ts'
import { DEMO_USERS } from '../data/demo-users.ts'
import { findCredentials } from '../data/users.ts'
import { verifyPassword } from '../passwords.ts'
import { renderPage } from '../render-page.ts'

const signInForm = z.object({
  email: z.string().max(200).default(''),
  password: z.string().max(200).default(''),
  remember: z.literal('on').optional(),
})

export function signInRoutes(): Router {
  const router = Router()

  router.get('/sign-in', (req, res) => {
    renderPage(req, res, 'sign-in', { title: 'Sign in', email: '', users: DEMO_USERS })
  })

  router.post('/sign-in', async (req, res) => {
    const { email, password, remember } = signInForm.catch({ email: '', password: '' }).parse(req.body)
    const user = findCredentials(email)
    const isRight = await verifyPassword(password, user?.password)
    const session = sessions.of(req)
    if (user === undefined || !isRight) {
      // One sentence for both, so that it does not tell which e-mail addresses have an account.
      session.flash.now['alert'] = 'That e-mail address and password do not belong together.'
      renderPage(req, res.status(422), 'sign-in', { title: 'Sign in', email, users: DEMO_USERS })
      return
    }
    // Nothing of the visitor before stays, and the new id makes a cookie that was planted before sign-in worthless.
    session.reset()
    // A Rails cookie has no place for it, and the form does not ask.
    session.renew(kind === 'rails' ? {} : { persistent: remember === 'on' })
    session.userId = user.id
    session.flash['notice'] = `Welcome, ${user.name}.`
    res.redirect(303, '/dashboard')
  })

  router.post('/sign-out', (req, res) => {
    const session = sessions.of(req)
    // reset() and not destroy(), because the empty session that follows has one thing to carry: the message.
    session.reset()
    session.flash['notice'] = 'Signed out.'
    res.redirect(303, '/sign-in')
  })

  return router
}
