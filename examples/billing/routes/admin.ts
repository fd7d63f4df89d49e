import { Router, type Request } from 'express'
import { z } from 'zod'
import { allUsers, findUser, setAccessRevoked, type User } from '../data/users.ts'
import { PageError } from '../errors.ts'
import { identity } from '../identity.ts'
import { renderPage } from '../render-page.ts'
import { administrator } from '../signed-in.ts'

const id = z.coerce.number().int().positive()

export function adminRoutes(): Router {
  const router = Router()

  router.get(
    '/admin',
    administrator(async (req, res) => {
      const users = await Promise.all(
        allUsers().map(async (user) => ({ ...user, devices: (await identity.listSessions(user.id)).length })),
      )
      await renderPage(req, res, 'admin', { title: 'Administration', users })
    }),
  )

  // The gate. It says no until it says yes again, and no session ends by it.
  router.post(
    '/admin/users/:id/revoke-access',
    administrator((req, res, { session, user: self }) => {
      const user = userOf(req)
      if (user.id === self.id) throw new PageError(409, 'Nobody would be left to give your access back.')
      setAccessRevoked(user.id, true)
      session.flash['notice'] = `${user.name} has no access any more, and is still signed in.`
      res.redirect(303, '/admin')
    }),
  )

  router.post(
    '/admin/users/:id/give-access',
    administrator((req, res, { session }) => {
      const user = userOf(req)
      setAccessRevoked(user.id, false)
      session.flash['notice'] = `${user.name} has access again, in the same sessions as before.`
      res.redirect(303, '/admin')
    }),
  )

  // The revocation. What it ends stays ended.
  router.post(
    '/admin/users/:id/force-logout',
    administrator(async (req, res, { session }) => {
      const user = userOf(req)
      await identity.revokeUser(user.id)
      session.flash['notice'] = `${user.name} is signed out on every device.`
      res.redirect(303, '/admin')
    }),
  )

  router.post(
    '/admin/everyone-out',
    administrator(async (_req, res) => {
      await identity.revokeEveryone()
      res.redirect(303, '/admin')
    }),
  )

  return router
}

function userOf(req: Request): User {
  const wanted = id.safeParse(req.params['id'])
  const user = wanted.success ? findUser(wanted.data) : undefined
  if (user === undefined) throw new PageError(404, 'There is no such user.')
  return user
}
