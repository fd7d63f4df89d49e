import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { CookieStore, sessionMiddleware, type Session } from 'hono-sessions'
import { serveHono } from '../../servers/hono-server.ts'
import type { VisitorSession } from '../../servers/visitor-session.ts'

const app = new Hono<{ Variables: { session: Session<VisitorSession> } }>().use(
  sessionMiddleware({
    store: new CookieStore(),
    encryptionKey: randomBytes(32).toString('base64url'),
    expireAfterSeconds: 14 * 86_400,
    cookieOptions: { sameSite: 'Lax', path: '/', httpOnly: true },
  }),
)

/** Its `get` and `set` under the names of our keys. */
class View implements VisitorSession {
  readonly #session: Session<VisitorSession>

  constructor(session: Session<VisitorSession>) {
    this.#session = session
  }

  get userId(): number | undefined {
    return this.#session.get('userId') ?? undefined
  }
  set userId(value) {
    this.#session.set('userId', value)
  }
  get role(): string | undefined {
    return this.#session.get('role') ?? undefined
  }
  set role(value) {
    this.#session.set('role', value)
  }
  get csrf(): string | undefined {
    return this.#session.get('csrf') ?? undefined
  }
  set csrf(value) {
    this.#session.set('csrf', value)
  }
  get seen(): number | undefined {
    return this.#session.get('seen') ?? undefined
  }
  set seen(value) {
    this.#session.set('seen', value)
  }
}

await serveHono(app, { of: (c) => new View(c.get('session')) })
