import { randomBytes } from 'node:crypto'
import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import { createSessions } from 'coatcheck'
import { session } from 'coatcheck/node'

const sessions = createSessions<{ userId: number; accountId: number }>({
  name: 'session',
  secrets: [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')],
})

// Without TLS, as behind a proxy. Browsers want createSecureServer({ key, cert, allowHTTP1: true }, …).
const server = createServer(
  session(sessions, (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const session = sessions.of(request)
    const route = `${request.method} ${request.url}`
    if (route === 'GET /') {
      const { userId, accountId, flash } = session
      response.setHeader('Content-Type', 'application/json')
      return response.end(JSON.stringify({ userId, accountId, notice: flash.notice }))
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
      return response.writeHead(404).end()
    }
    return response.writeHead(303, { Location: '/' }).end()
  }),
)

const port = Number(process.env.PORT ?? 3000)
server.listen(port, () => console.log(`http://localhost:${port}`))
