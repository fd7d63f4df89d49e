import { SessionError } from 'coatcheck'
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { kind, sessions } from '../billing-sessions.ts'
import { DEMO_USERS } from '../data/demo-users.ts'
import { findCredentials } from '../data/users.ts'
import { identity } from '../identity.ts'
import { verifyPassword } from '../passwords.ts'
import { renderPage } from '../render-page.ts'
import { findStatus } from '../visitor.ts'
import { SIGNED_OUT } from '../words/signed-out.ts'

const signInForm = z.object({
  email: z.string().max(200).default(''),
  password: z.string().max(200).default(''),
  remember: z.literal('on').optional(),
})

export function signInRoutes(): Router {
  const router = Router()

  router.get('/sign-in', async (req, res) => {
    const status = await findStatus(req)
    const because = status?.state === 'signed-out' ? status.because : undefined
    const why = because === undefined ? undefined : SIGNED_OUT[because]
    await renderPage(req, res, 'sign-in', { title: 'Sign in', email: '', users: DEMO_USERS, why })
  })

  router.post('/sign-in', async (req, res) => {
    const { email, password, remember } = signInForm.catch({ email: '', password: '' }).parse(req.body)
    const user = findCredentials(email)
    // Before the password is checked, which takes a while: if "everyone out" comes in between, this sign-in is out too.
    const epoch = user && (await identity.epochOf(user.id))
    const isRight = await verifyPassword(password, user?.password)
    if (user === undefined || !isRight) {
      // One sentence for both, so that it does not tell which e-mail addresses have an account.
      await refuse(req, res, email, 'That e-mail address and password do not belong together.')
      return
    }
    const session = sessions.of(req)
    try {
      // A new id and a new secret, so a cookie that was planted before sign-in is worthless after.
      await identity.signIn(session, user.id, {
        epoch,
        ip: req.ip,
        userAgent: req.get('user-agent'),
        method: 'password',
        // A Rails cookie does not say of itself whether it outlives the browser; there expire_after decides.
        persistent: kind === 'rails' ? undefined : remember === 'on',
      })
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'ERR_REVOKED') throw error
      await refuse(req, res, email, 'You were signed out everywhere while you were signing in. Please try again.')
      return
    }
    session.flash['notice'] = `Welcome, ${user.name}.`
    res.redirect(303, '/dashboard')
  })

  router.post('/sign-out', async (req, res) => {
    const session = sessions.of(req)
    await identity.signOut(session)
    // The session that follows is empty, and has one thing to carry: the message.
    session.flash['notice'] = 'Signed out.'
    res.redirect(303, '/sign-in')
  })

  return router
}

function refuse(req: Request, res: Response, email: string, alert: string): Promise<void> {
  sessions.of(req).flash.now['alert'] = alert
  return renderPage(req, res.status(422), 'sign-in', { title: 'Sign in', email, users: DEMO_USERS, why: undefined })
}
