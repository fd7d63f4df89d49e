import { randomBytes } from 'node:crypto'
import { createSessions, type Session, type Sessions, type SessionsOptions } from '../../src/index.ts'
import { encryptedMessages } from '../../src/rails/cookie-message.ts'
import { railsFormat, type RailsOptions } from '../../src/rails/index.ts'
import { checkRailsOptions } from '../../src/rails/options.ts'
import { EventLog, FakeClock, Visitor } from '../support/visitor.ts'

export type Loose = Record<string, unknown>

export const NAME = '_billing_session'
export const ID = '5f1d3b9a7c2e4f60819ab0c1d2e3f405'
export const base: RailsOptions = { secretKeyBase: randomBytes(64).toString('hex'), defaults: '8.1' }

export interface BesideRails {
  readonly sessions: Sessions<Loose>
  readonly visitor: Visitor<Loose>
  readonly log: EventLog
  readonly clock: FakeClock
}

/** Sessions that a Rails application shares. */
export function setUp(
  options: Partial<RailsOptions> = {},
  more: Pick<SessionsOptions<Loose>, 'schema' | 'migrate'> = {},
): BesideRails {
  const log = new EventLog()
  const clock = new FakeClock()
  const format = railsFormat({ ...base, ...options })
  const sessions = createSessions<Loose>({
    name: NAME,
    format,
    guard: 'json',
    onEvent: log.hear,
    clock: clock.now,
    ...more,
  })
  return { sessions, visitor: new Visitor(sessions), log, clock }
}

/** A cookie as that Rails would have written it, with exactly that payload. */
export function minted(payload: string | Uint8Array, options: Partial<RailsOptions> = {}, expiresAt?: number): string {
  const messages = encryptedMessages(checkRailsOptions({ ...base, ...options }))
  return messages(NAME).seal(Buffer.from(payload), expiresAt)
}

/** The bytes inside a cookie that we wrote. */
export function payloadBytes(
  { cookies }: { readonly cookies: ReadonlyMap<string, string> },
  options: Partial<RailsOptions> = {},
): Buffer {
  const messages = encryptedMessages(checkRailsOptions({ ...base, ...options }))
  const opened = messages(NAME).open(cookies.get(NAME) ?? '', 0)
  if (!opened.ok) throw new Error(`the cookie does not open: ${opened.reason}`)
  return opened.value
}

/** The same as text. */
export function payloadOf(
  visitor: { readonly cookies: ReadonlyMap<string, string> },
  options: Partial<RailsOptions> = {},
): string {
  return payloadBytes(visitor, options).toString()
}

/** What a request reads of its session. */
export function seen<Value>(visitor: Visitor<Loose>, read: (session: Session<Loose>) => Value): Value | undefined {
  let value: Value | undefined
  visitor.visit(({ session }) => {
    value = read(session)
  })
  return value
}
