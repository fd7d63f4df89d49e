import { sealData } from 'iron-session'
import { createSessions, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { ironSessionCookie, type IronSessionCookieOptions } from '../../src/previous/index.ts'
import { EventLog, FakeClock, SECRET, Visitor } from '../support/visitor.ts'

const PASSWORD = 'a passphrase that iron-session takes'
/** What the application before was called, by its cookie. */
export const BEFORE = 'billing'

export interface Data {
  accountId: number
  note: string
}

export interface World {
  readonly clock: FakeClock
  readonly log: EventLog
  readonly sessions: Sessions<Data>
  readonly visitor: Visitor<Data>
}

export function setUp(
  options: Partial<SessionsOptions<Data>> = {},
  iron: Partial<IronSessionCookieOptions> = {},
): World {
  const clock = new FakeClock()
  clock.milliseconds = Date.now() // iron-session has no other clock
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: clock.now,
    onEvent: log.hear,
    previousCookies: [ironSessionCookie({ name: BEFORE, password: PASSWORD, ...iron })],
    ...options,
  } as SessionsOptions<Data>) // as: Partial loses which names go with which attributes
  return { clock, log, sessions, visitor: new Visitor(sessions) }
}

/** The value of a cookie as iron-session 9 makes it. */
export function seal(
  data: object,
  options: { ttl?: number; password?: string | Record<string, string> } = {},
): Promise<string> {
  return sealData(data, { password: PASSWORD, ...options })
}

/** What the response says of each cookie, `undefined` where it ends it. */
export function cookiesSet(lines: readonly string[]): (readonly [name: string, value: string | undefined])[] {
  return lines.map((line) => {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    return [name, /; Max-Age=0\b/.test(line) ? undefined : value]
  })
}
