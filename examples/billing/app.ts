import { session } from 'coatcheck/express'
import express, { type Express } from 'express'
import { assets } from './assets.ts'
import { sessions } from './billing-sessions.ts'
import { handleErrors, handleUnknownPaths } from './errors.ts'
import { accountRoutes } from './routes/accounts.ts'
import { adminRoutes } from './routes/admin.ts'
import { copiedCookieRoutes } from './routes/copied-cookie.ts'
import { deviceRoutes } from './routes/devices.ts'
import { planRoutes } from './routes/plan.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { trapRoutes } from './routes/traps.ts'
import { refuseOtherSites } from './refuse-other-sites.ts'
import { responseHeaders } from './response-headers.ts'

/** The whole demo as one Express application. */
export function createApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(responseHeaders)
  app.use('/assets', assets())
  app.use(refuseOtherSites)
  // Before anything that may fail, because the page that tells of it shows the session too. Assets need none and come first.
  app.use(session(sessions))
  app.use(express.urlencoded({ limit: '10kb' }))
  app.use(signInRoutes(), accountRoutes(), planRoutes(), deviceRoutes(), adminRoutes())
  app.use(copiedCookieRoutes(), trapRoutes())
  app.use(handleUnknownPaths)
  app.use(handleErrors)
  return app
}
