import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getIronSession, type IronSession } from 'iron-session'
import type { SessionAccess } from '../servers/session-access.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

const password = randomBytes(32).toString('base64url')

/** iron-session as its documentation has it for Node: opened where a handler asks, sealed by `save()`. */
export const ironSession: SessionAccess<[IncomingMessage, ServerResponse]> = {
  of: (request, response) => getIronSession<VisitorSession>(request, response, { cookieName: 'session', password }),
  save: (session) => (session as IronSession<VisitorSession>).save(), // as: made above
}
