import { requireUser, type Denial } from 'coatcheck/express'
import type { Request, RequestHandler, Response } from 'express'
import { sessions } from './billing-sessions.ts'
import { PageError } from './errors.ts'
import { identity } from './identity.ts'
import { renderPage } from './render-page.ts'
import { findVisitor, type Visitor } from './visitor.ts'

type VisitorHandler = (req: Request, res: Response, visitor: Visitor) => void | Promise<void>

const letIn = requireUser(identity, { deny: turnAway })

/** A handler for visitors who are signed in and allowed; everybody else hears why not. */
export function signedIn(handle: VisitorHandler): RequestHandler[] {
  const handleVisitor: RequestHandler = async (req, res) => {
    const visitor = await findVisitor(req)
    if (visitor === undefined) throw new Error('requireUser let somebody in who is not here.')
    await handle(req, res, visitor)
  }
  return [letIn, handleVisitor]
}

/** The same for administrators alone. */
export function administrator(handle: VisitorHandler): RequestHandler[] {
  return signedIn((req, res, visitor) => {
    if (!visitor.user.isAdmin) throw new PageError(403, 'This page is for administrators.')
    return handle(req, res, visitor)
  })
}

async function turnAway(req: Request, res: Response, { status, because }: Denial): Promise<void> {
  if (status === 503) {
    res.set('Retry-After', '5')
    throw new PageError(503, 'We cannot look up right now who is signed in. Nobody was signed out: please try again.')
  }
  if (status === 403) {
    await renderPage(req, res.status(403), 'suspended', { title: 'Access is suspended' })
    return
  }
  // Where the record knows why, the sign-in page says it for as long as the browser sends that cookie: nothing to flash.
  if (because === undefined) sessions.of(req).flash['notice'] = 'Please sign in.'
  res.redirect(303, '/sign-in')
}
