import { randomBytes } from 'node:crypto'
import type { CommitHeaders, Exchange, SessionEvent, Sessions } from '../../src/index.ts'
import { commitNow } from './commit-now.ts'
import { keepCookie } from './keep-cookie.ts'

export const SECRET = randomBytes(32).toString('hex')
export const OLD_SECRET = randomBytes(32).toString('base64url')

/** A clock that stands still until it is told to move. */
export class FakeClock {
  milliseconds = Date.UTC(2026, 0, 1)
  readonly now = (): number => this.milliseconds

  advance(seconds: number): void {
    this.milliseconds += seconds * 1000
  }
}

/** Hears every event and keeps it. */
export class EventLog {
  readonly events: SessionEvent[] = []
  readonly hear = (event: SessionEvent): void => {
    this.events.push(event)
  }

  get types(): string[] {
    return this.events.map((event) => event.type)
  }
}

/** A browser's cookie jar and nothing else of a browser: sends what it was given, forgets what expired. */
export class Visitor<Data extends object> {
  readonly cookies = new Map<string, string>()
  readonly #sessions: Sessions<Data>

  constructor(sessions: Sessions<Data>) {
    this.#sessions = sessions
  }

  get header(): string | undefined {
    if (this.cookies.size === 0) return undefined
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** One request: runs the handler, commits, and keeps the cookies of the response. */
  visit(handler: (exchange: Exchange<Data>) => void, { secure = false } = {}): CommitHeaders {
    const exchange = this.#sessions.begin({}, { cookieHeader: this.header, isSecure: () => secure })
    handler(exchange)
    return this.keep(commitNow(exchange))
  }

  /** The response arrives. */
  keep(commit: CommitHeaders): CommitHeaders {
    for (const line of commit.setCookie) keepCookie(this.cookies, line)
    return commit
  }
}
