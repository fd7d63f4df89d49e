import { randomBytes } from 'node:crypto'
import type { VisitorSession } from './visitor-session.ts'

/** A route that every server has, whatever its framework. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What its handler does with the session. */
  readonly session: 'untouched' | 'read' | 'written'
  /** Its JSON. An untouched session is an empty object here, whatever the visitor has. */
  readonly answer: (session: VisitorSession) => object
}

let users = 0
let writes = 0

/** Begins a session. The user is the next one of this process. */
export const SIGN_IN: Route = {
  method: 'POST',
  path: '/sign-in',
  session: 'written',
  answer(session) {
    users++
    session.userId = users
    session.role = 'member'
    session.csrf = randomBytes(32).toString('base64url')
    return { userId: users }
  },
}

export const READ: Route = {
  method: 'GET',
  path: '/read',
  session: 'read',
  answer: (session) => ({ userId: session.userId }),
}

export const WRITE: Route = {
  method: 'POST',
  path: '/write',
  session: 'written',
  answer(session) {
    writes++
    session.seen = writes
    return { seen: writes }
  },
}

export const UNTOUCHED: Route = {
  method: 'GET',
  path: '/untouched',
  session: 'untouched',
  answer: () => ({ seen: 0 }),
}

/** All of the session, by which it is seen that it is kept. */
export const WHOLE: Route = {
  method: 'GET',
  path: '/whole',
  session: 'read',
  answer: ({ userId, role, csrf, seen }) => ({ userId, role, csrf, seen }),
}

export const ROUTES: readonly Route[] = [SIGN_IN, READ, WRITE, UNTOUCHED, WHOLE]
