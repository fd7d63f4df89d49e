import { randomBytes } from 'node:crypto'
import type { Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { createSessions, type AnyData, type OpenedValue, type Sessions } from '../sessions.ts'

/** Options of the commands that handle a cookie. */
export interface CookieFlags {
  readonly name: string
  readonly secretEnv: string
  readonly idleTimeout: string
  readonly absoluteTimeout: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** 32 random bytes as 43 characters of base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The cookie value that holds the session data in `input`. @throws `ERR_SESSION_VALUE`, `ERR_COOKIE_OVERFLOW`, `ERR_SECRET`, `ERR_OPTIONS` */
export function sealCookie(input: string, flags: CookieFlags, env: Environment): string {
  return sessionsFor(flags, env).seal(parseData(input))
}

/** What the cookie value in `input` holds. @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function openCookie(input: string, flags: CookieFlags, env: Environment): OpenedValue {
  return sessionsFor(flags, env).open(input.trim())
}

function sessionsFor(flags: CookieFlags, env: Environment): Sessions<AnyData> {
  const secrets = env[flags.secretEnv]
  if (secrets === undefined || secrets.trim() === '') {
    throw new SessionError(
      'ERR_SECRET',
      `the environment variable ${flags.secretEnv} is not set. Make a secret with: npx coatcheck secret`,
    )
  }
  return createSessions({
    name: flags.name,
    secrets: secrets.split(',').map((secret) => secret.trim()),
    // An operator may seal whatever fits; what the application stores is for the application's guard to say.
    guard: 'json',
    idleTimeout: flags.idleTimeout as Duration, // as: createSessions checks it and says what is wrong
    absoluteTimeout: flags.absoluteTimeout as Duration, // as: see above
  })
}

function parseData(input: string): AnyData {
  let data: unknown
  try {
    data = JSON.parse(input)
  } catch (cause) {
    throw new SessionError('ERR_SESSION_VALUE', 'standard input is no JSON, expected session data as {"accountId":7}', {
      cause,
    })
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new SessionError(
      'ERR_SESSION_VALUE',
      'standard input is no JSON object, expected session data as {"accountId":7}',
    )
  }
  return data as AnyData // as: parsed from JSON, and an object
}
