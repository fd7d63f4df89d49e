import { createSessions, type Session, type Sessions, type SessionsOptions } from '../../src/index.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { Browser } from '../support/browser.ts'
import { connectTo, type HttpClient, type Origin } from '../support/http-client.ts'
import { ShakyStore } from '../support/shaky-store.ts'
import { EventLog, FakeClock, SECRET } from '../support/visitor.ts'
import type { App, Call, Data, Framework, Handler } from './app.ts'
import { openSite, type Site } from './site.ts'

/** An application that is served. */
interface Served extends Site {
  readonly browser: Browser
  /** With at most so many connections of its own. */
  connect(maxSockets: number): HttpClient
}

/** What a scenario has at hand: one framework, one place for sessions to live in, a clock. */
export class World {
  readonly framework: Framework
  readonly clock = new FakeClock()
  readonly log = new EventLog()
  /** Undefined where sessions live in the cookie. */
  readonly store: ShakyStore | undefined
  /** Those of the applications that bring no others. */
  readonly sessions: Sessions<Data>
  readonly #open: { close(): unknown }[] = []

  constructor(framework: Framework, store: SessionStore | undefined) {
    this.framework = framework
    this.store = store && new ShakyStore(store)
    this.sessions = this.createSessions()
  }

  /** Sessions with this clock and log, in this store. */
  createSessions(options: Partial<SessionsOptions<Data>> = {}): Sessions<Data> {
    const common = { name: 'session', secrets: [SECRET], clock: this.clock.now, onEvent: this.log.hear }
    // Longer than any test: one that is held says itself when it goes on, however busy the machine is.
    const where = this.store && { store: this.store.store, storeTimeout: '1h' as const }
    return createSessions({ ...common, ...where, ...options } as SessionsOptions<Data>) // as: Partial loses the union
  }

  /** Answers `ok` when `act` has done something to the session. */
  does(act: (session: Session<Data>, call: Call) => unknown, sessions = this.sessions): Handler {
    return (call) => {
      act(sessions.of(call.request), call)
      return call.text('ok')
    }
  }

  /** Writes the session, and then answers, or fails to. */
  writes(answer: Handler): Handler {
    return (call) => {
      this.sessions.of(call.request).userId = 7
      return answer(call)
    }
  }

  /** Answers with what the session holds. */
  shows(sessions = this.sessions): Handler {
    return (call) => call.json({ ...sessions.of(call.request) })
  }

  async open(
    routes: App['routes'] & object,
    app: Omit<App, 'routes' | 'sessions'> & Partial<App> = {},
  ): Promise<Browser> {
    return (await this.serve(routes, app)).browser
  }

  async serve(
    routes: App['routes'] & object,
    { isSecure = false, ...app }: Partial<App> & { isSecure?: boolean } = {},
  ): Promise<Served> {
    const { framework } = this
    const listener = await framework.mount({ sessions: [this.sessions], routes, ...app })
    const site = await openSite(listener, { protocol: framework.protocol, isSecure })
    const connect = (maxSockets: number): HttpClient => {
      const client = this.clientOf(site.origin, maxSockets)
      this.#open.unshift(client)
      return client
    }
    this.#open.push(site)
    return { ...site, connect, browser: new Browser(connect(Infinity)) }
  }

  /** What asks a site in the name of the scenario. */
  protected clientOf(origin: Origin, maxSockets: number): HttpClient {
    return connectTo(origin, maxSockets)
  }

  async close(): Promise<void> {
    for (const opened of this.#open) await opened.close()
  }
}
