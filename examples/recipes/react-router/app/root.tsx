import { session } from 'coatcheck/web'
import { Meta, Outlet, Scripts } from 'react-router'
import type { Route } from './+types/root'
import { sessionContext, sessions } from './sessions.server'

export const middleware: Route.MiddlewareFunction[] = [
  ({ request, context }, next) =>
    session(sessions, () => {
      context.set(sessionContext, sessions.of(request))
      return next()
    })(request),
]

export default function App() {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <title>Recipe</title>
        <Meta />
      </head>
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  )
}
