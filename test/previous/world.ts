import { sealData } from 'iron-session'
import { vi } from 'vitest'
import { createSessions, type CommitHeaders, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { ironSessionCookie, type PreviousCookie } from '../../src/previous/index.ts'
import { EventLog, FakeClock, SECRET, Visitor } from '../support/visitor.ts'

/** Of 36 characters with blanks between them, which iron-session takes and we would not seal with. */
export const PASSWORD = 'a passphrase that iron-session takes'
/** What the application's cookie was called before. */
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

/** An application that was on iron-session until now, and somebody's browser. */
export function setUp(options: Partial<SessionsOptions<Data>> = {}): World {
  const clock = new FakeClock()
  const log = new EventLog()
  const sessions = createSessions<Data>({
    name: 'session',
    secrets: [SECRET],
    clock: clock.now,
    onEvent: log.hear,
    previousCookies: [ironSessionCookie({ name: BEFORE, password: PASSWORD })],
    ...options,
  } as SessionsOptions<Data>) // as: Partial loses which names go with which attributes
  return { clock, log, sessions, visitor: new Visitor(sessions) }
}

interface SealOptions {
  readonly ttl?: number
  readonly password?: string | Record<string, string>
}

/** The value of a cookie as iron-session 9 made it when the fake clock began. */
export function seal(data: object, options: SealOptions = {}): Promise<string> {
  return atTheBeginning(() => sealData(data, { password: PASSWORD, ...options }))
}

/** Has a library that asks the machine for the time see that of a new fake clock, or later. */
export async function atTheBeginning<Result>(run: () => Promise<Result>, secondsLater = 0): Promise<Result> {
  vi.useFakeTimers({ toFake: ['Date'], now: new FakeClock().now() + secondsLater * 1000 })
  try {
    return await run()
  } finally {
    vi.useRealTimers()
  }
}

/** The previous cookie of a library that seals nothing: `data`, whatever the value is. */
export function unsealed(data: object, rest: Partial<PreviousCookie> = {}): PreviousCookie {
  return { name: BEFORE, open: () => ({ ok: true, data }), ...rest }
}

/** What a response does to each cookie, in its order: sets it, or ends it. */
export function fates({ setCookie }: CommitHeaders): string[] {
  return setCookie.map((line) => {
    const [, name = ''] = /^([^=]+)=/.exec(line) ?? []
    return `${name} ${/; Max-Age=0\b/.test(line) ? 'ended' : 'set'}`
  })
}
