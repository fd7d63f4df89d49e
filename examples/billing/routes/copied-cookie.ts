import { Router, type Request } from 'express'
import { z } from 'zod'
import { copiedCookies, findCopy, type CopiedCookie } from '../data/copied-cookies.ts'
import { PageError } from '../errors.ts'
import { renderPage } from '../render-page.ts'
import { replayOnEveryWorker } from '../traps/replay.ts'

const id = z.coerce.number().int().positive()

/** The other client. Nobody has to be signed in here: whoever copied a cookie is not either. */
export function copiedCookieRoutes(): Router {
  const router = Router()

  router.get('/traps/copied', async (req, res) => {
    await renderPage(req, res, 'copied-cookie', {
      title: 'The other client',
      copies: copiedCookies(),
      replayed: undefined,
    })
  })

  router.post('/traps/copied/:id', async (req, res) => {
    const copy = copyOf(req)
    const replay = await replayOnEveryWorker(copy.sealed, req.socket)
    await renderPage(req, res, 'copied-cookie', {
      title: 'The other client',
      copies: copiedCookies(),
      replayed: copy.id,
      replay,
    })
  })

  router.get('/traps/copied/:id', (_req, res) => {
    res.redirect('/traps/copied')
  })

  return router
}

function copyOf(req: Request): CopiedCookie {
  const wanted = id.safeParse(req.params['id'])
  const copy = wanted.success ? findCopy(wanted.data) : undefined
  if (copy === undefined) throw new PageError(404, 'There is no such copy any more.')
  return copy
}
