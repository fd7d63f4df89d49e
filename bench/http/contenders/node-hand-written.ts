import { serveNode } from '../../servers/node-server.ts'
import { openSession, sealSession } from '../hand-written.ts'

await serveNode((handler) => handler, {
  of: (request) => openSession(request.headers.cookie),
  save: (session, _, response) => void response.appendHeader('Set-Cookie', sealSession(session)),
})
