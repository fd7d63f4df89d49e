import { randomBytes } from 'node:crypto'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/web'
import { serve } from 'srvx'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

function handle(request: Request): Response {
  const session = sessions.of(request)
  const url = new URL(request.url)
  const route = `${request.method} ${url.pathname}`
  if (route === 'GET /') {
    const { userId, accountId, flash } = session
    return Response.json({ userId, accountId, notice: flash.notice })
  }
  if (route === 'POST /sign-in') {
    session.renew() // a new id: a cookie from before is worth nothing after
    session.userId = 7 // whom your check of the password found
  } else if (route.startsWith('POST /accounts/')) {
    session.accountId = Number(route.slice('POST /accounts/'.length))
    session.flash.notice = `Switched to account ${session.accountId}`
  } else if (route === 'POST /sign-out') {
    session.destroy()
  } else {
    return new Response(null, { status: 404 })
  }
  return Response.redirect(new URL('/', url), 303)
}

const port = Number(process.env.PORT ?? 3000)
serve({ fetch: session(sessions, handle), port, silent: true })
console.log(`http://localhost:${port}`)
