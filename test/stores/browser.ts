import { parseSetCookie } from 'cookie'
import {
  createSessions,
  type AnyData,
  type CommitHeaders,
  type Session,
  type Sessions,
  type SessionsOptions,
} from '../../src/index.ts'
import { EventLog, FakeClock, SECRET } from '../support/visitor.ts'

type Options = Partial<SessionsOptions<AnyData>>

/** One process of an application with sessions in a store. */
export class App {
  readonly clock: FakeClock
  readonly log = new EventLog()
  readonly sessions: Sessions<AnyData>

  constructor(options: Options & { readonly fakeClock?: FakeClock }) {
    const { fakeClock = new FakeClock(), ...rest } = options
    this.clock = fakeClock
    const common = { name: 'session', secrets: [SECRET], clock: fakeClock.now, onEvent: this.log.hear }
    this.sessions = createSessions({ ...common, ...rest } as SessionsOptions<AnyData>) // as: Partial loses the union
  }

  /** A request with that cookie, its session fetched, before the handler runs. */
  async begin(cookie: string | undefined): Promise<Request> {
    const cookieHeader = cookie === undefined ? undefined : `session=${cookie}`
    const exchange = this.sessions.begin({}, { cookieHeader, isSecure: () => true })
    await exchange.load()
    return { session: exchange.session, commit: async () => exchange.commit() }
  }
}

/** A request under way: its handler writes to the session when the test says so, and it commits when the test says so. */
export interface Request {
  readonly session: Session<AnyData>
  readonly commit: () => Promise<CommitHeaders>
}

/** Keeps one cookie, as a browser does. */
export class Browser {
  cookie: string | undefined
  app: App

  constructor(app: App, cookie?: string) {
    this.app = app
    this.cookie = cookie
  }

  begin(): Promise<Request> {
    return this.app.begin(this.cookie)
  }

  /** A whole request. */
  async visit<Result>(handler: (session: Session<AnyData>) => Result): Promise<Result> {
    const request = await this.begin()
    const result = handler(request.session)
    this.keep(await request.commit())
    return result
  }

  /** A response arrives. */
  keep({ setCookie }: CommitHeaders): CommitHeaders['setCookie'] {
    for (const line of setCookie) {
      const { value = '', maxAge } = parseSetCookie(line, { decode: (text) => text })
      this.cookie = maxAge === 0 ? undefined : value
    }
    return setCookie
  }

  /** The same cookie in the hands of somebody else. */
  copy(): Browser {
    return new Browser(this.app, this.cookie)
  }

  /** What the session holds, as the next request finds it. */
  data(): Promise<AnyData> {
    return this.visit((session) => JSON.parse(JSON.stringify({ ...session })) as AnyData) // as: what spreading gives, the controls left out
  }
}
