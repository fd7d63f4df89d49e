import type { NextFunction, Request, Response } from 'express'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
/** `none` is the visitor, not a site: a bookmark, a reload of a posted form. */
const OWN = new Set(['same-origin', 'none'])

/**
 * Forgery (CSRF): the session cookie is SameSite=Lax, so a form on another site posts without it. This is the second lock:
 * browsers say in Sec-Fetch-Site where a request comes from, and scripts cannot change it. One that says nothing (an old
 * browser, curl) is let through, and the first lock holds.
 */
export function refuseOtherSites(req: Request, res: Response, next: NextFunction): void {
  const site = req.get('sec-fetch-site')
  if (SAFE_METHODS.has(req.method) || site === undefined || OWN.has(site)) next()
  else res.status(403).type('text').send('This form was sent from another site, so it was not accepted.\n')
}
