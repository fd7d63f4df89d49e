import { SessionError, type Session } from 'coatcheck'
import { Router } from 'express'
import { z } from 'zod'
import { findCredentials, type User } from '../data/users.ts'
import { identity } from '../identity.ts'
import { verifyPassword } from '../passwords.ts'
import { renderPage } from '../render-page.ts'
import { signedIn } from '../signed-in.ts'
import { browserName } from '../words/browser-name.ts'
import { placeName } from '../words/place.ts'

const passwordForm = z.object({ password: z.string().max(200).optional() }).catch({})

/** How long after a sign-in nobody asks for the password again. */
const RECENT = '10m'

export function deviceRoutes(): Router {
  const router = Router()

  router.get(
    '/devices',
    signedIn(async (req, res, { session, user }) => {
      const devices = (await identity.listSessions(user.id, session)).map((device) => ({
        ...device,
        browser: browserName(device.userAgent),
        place: placeName(device.ipPrefix),
      }))
      const [own, others] = [devices.filter(({ current }) => current), devices.filter(({ current }) => !current)]
      await renderPage(req, res, 'devices', {
        title: 'Your devices',
        devices: [...own, ...others],
        others: others.length,
      })
    }),
  )

  router.post(
    '/devices/:id/sign-out',
    signedIn(async (req, res, { session, user }) => {
      // The owner is part of the question: another user's device gets the same answer as one that does not exist.
      const didEnd = await identity.revokeSession(String(req.params['id']), { userId: user.id })
      if (didEnd) session.flash['notice'] = 'That device is signed out.'
      else session.flash['alert'] = 'You have no such device any more.'
      res.redirect(303, '/devices')
    }),
  )

  // Whoever finds an unlocked computer must not be able to keep its owner out (OWASP ASVS 7.5.2).
  router.post(
    '/devices/sign-out-others',
    signedIn(async (req, res, { session, user }) => {
      const proof = await proveAgain(session, user, passwordForm.parse(req.body).password)
      if (proof !== 'recent') {
        if (proof === 'wrong') session.flash.now['alert'] = 'That is not your password.'
        const status = proof === 'wrong' ? 422 : 403
        await renderPage(req, res.status(status), 'password-again', { title: 'Your password, please', within: RECENT })
        return
      }
      const count = await identity.revokeOtherSessions(session)
      session.flash['notice'] =
        count === 1 ? 'One other device is signed out.' : `${count} other devices are signed out.`
      res.redirect(303, '/devices')
    }),
  )

  // What a reload of the question, or Enter in the address bar, asks for.
  router.get('/devices/sign-out-others', (_req, res) => {
    res.redirect('/devices')
  })

  return router
}

/** Whether the user proved lately who they are, or just now by `password`. */
async function proveAgain(
  session: Session<object>,
  user: User,
  password: string | undefined,
): Promise<'recent' | 'asked' | 'wrong'> {
  try {
    await identity.requireRecent(session, RECENT)
    return 'recent'
  } catch (error) {
    if (!(error instanceof SessionError) || error.code !== 'ERR_NOT_RECENT') throw error
  }
  if (password === undefined) return 'asked'
  if (!(await verifyPassword(password, findCredentials(user.email)?.password))) return 'wrong'
  await identity.reauthenticated(session, { method: 'password' })
  return 'recent'
}
