import { parseSetCookie } from 'cookie'
import {
  createIdentity,
  userSessions,
  type DeviceIdentity,
  type UserSessionRegistry,
} from '../../src/identity/index.ts'
import type { UserSessionsIdentityOptions, UserSessionsOptions } from '../../src/identity/index.ts'
import { createSessions, type Exchange, type Session, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { EventLog, SECRET, type FakeClock } from '../support/visitor.ts'
import { note, noteCookie, noteSecrets } from './leaks.ts'

export interface AppSession {
  accountId: number
  step: number
}

export interface User {
  readonly id: number
  readonly name: string
  revoked: boolean
}

type AppOptions = Partial<Pick<UserSessionsIdentityOptions<number, User>, 'limits'>> &
  UserSessionsOptions &
  Partial<Pick<SessionsOptions<AppSession>, 'idleTimeout' | 'absoluteTimeout'>>

/** One process of an application: its own sessions and identity over a registry that it shares with others. */
export class App {
  readonly sessions: Sessions<AppSession>
  readonly identity: DeviceIdentity<number, User>
  readonly log: EventLog
  readonly users: Map<number, User>
  /** How often `loadUser` and `allow` were asked. */
  readonly asked = { loadUser: 0, allow: 0 }

  constructor(
    registry: UserSessionRegistry,
    world: { readonly clock: FakeClock; readonly users: Map<number, User>; readonly log?: EventLog },
    { limits, maxSessionsPerUser, ...timeouts }: AppOptions = {},
  ) {
    this.users = world.users
    this.log = world.log ?? new EventLog()
    this.sessions = createSessions<AppSession>({
      name: 'app_session',
      secrets: [SECRET],
      clock: world.clock.now,
      onEvent: (event) => {
        note(event)
        this.log.hear(event)
      },
      ...timeouts,
    })
    this.identity = createIdentity({
      sessions: this.sessions,
      verify: userSessions(registry, { maxSessionsPerUser }),
      loadUser: async (id: number) => {
        this.asked.loadUser++
        return this.users.get(id)
      },
      allow: (user) => {
        this.asked.allow++
        return !user.revoked
      },
      limits,
    })
  }

  browser(): Browser {
    return new Browser(this)
  }
}

/** A handler, with what it may hold on to while something else happens. */
type Handler<Result> = (session: Session<AppSession>) => Result | Promise<Result>

/** A browser that keeps one cookie. */
export class Browser {
  /** The value of the session cookie, as it stands in the header. */
  cookie: string | undefined
  app: App

  constructor(app: App, cookie?: string) {
    this.app = app
    this.cookie = cookie
  }

  /** Another client that has a copy of the cookie. */
  copy(app: App = this.app): Browser {
    return new Browser(app, this.cookie)
  }

  /** One request to a process of the app; the cookie of the response is kept. */
  async visit<Result>(handler: Handler<Result>, app: App = this.app): Promise<Result> {
    const request = this.begin(app)
    try {
      const result = await handler(request.session)
      await this.keep(request)
      return result
    } catch (error) {
      note(error)
      throw error
    } finally {
      note([request, request.session, app.identity, app.sessions])
    }
  }

  /** A request that is under way: the cookie left the browser, the response is still to come. */
  begin(app: App = this.app): Exchange<AppSession> {
    const cookieHeader = this.cookie === undefined ? undefined : `app_session=${this.cookie}`
    return app.sessions.begin({}, { cookieHeader, isSecure: () => true })
  }

  /** The response arrives. Gives its Set-Cookie line, if it has one. */
  async keep(request: Exchange<AppSession>): Promise<string | undefined> {
    if (request.session.status !== 'destroyed') noteSecrets(request.session)
    const [line] = (await request.commit()).setCookie
    if (line === undefined) return undefined
    const { value = '', maxAge } = parseSetCookie(line, { decode: (text) => text })
    if (value !== '') noteCookie(value)
    this.cookie = maxAge === 0 ? undefined : value
    return line
  }

  async signIn(userId = 7): Promise<void> {
    await this.visit((session) => this.app.identity.signIn(session, userId, { method: 'password', ip: '203.0.113.9' }))
  }

  /** The name of whoever is signed in, or why nobody is. */
  whoami(app: App = this.app): Promise<string> {
    return this.visit(async (session) => {
      const status = await app.identity.status(session)
      if (status.state === 'signed-in') return status.user.name
      if (status.state === 'not-allowed') return 'not-allowed'
      return [status.reason ?? 'nobody', status.because].filter(Boolean).join(': ')
    }, app)
  }

  /** The public handle of this browser's user session. */
  handle(): Promise<string> {
    return this.visit(async (session) => {
      const status = await this.app.identity.status(session)
      return status.state === 'signed-in' ? (status.userSession ?? '') : ''
    })
  }
}

export function newUsers(): Map<number, User> {
  return new Map([
    [7, { id: 7, name: 'Ada', revoked: false }],
    [8, { id: 8, name: 'Grace', revoked: false }],
  ])
}
