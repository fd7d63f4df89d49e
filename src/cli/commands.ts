import { randomBytes } from 'node:crypto'
import type { Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { railsFormat, type RailsOptions } from '../rails/index.ts'
import { createSessions, type AnyData, type OpenedValue, type Sessions } from '../sessions.ts'

/** Options of the commands that handle a cookie. */
export interface CookieFlags {
  readonly name: string
  readonly secretEnv: string
  /** JSON of `RailsOptions` without `secretKeyBase`. */
  readonly rails?: string | undefined
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
  if (flags.rails !== undefined) {
    const format = railsFormat(railsOptions(flags.rails, secrets))
    return createSessions({ name: flags.name, format, guard: 'json' })
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

/** The first secret is the application's own; the others are read, as rotations with nothing else changed. */
function railsOptions(text: string, secrets: string): RailsOptions {
  const options = parseObject(text, '--rails', '{"defaults":"8.1"}') as Partial<RailsOptions> // as: railsFormat checks it
  const [secretKeyBase = '', ...previous] = secrets.split(',')
  const rotations = [...(options.rotations ?? []), ...previous.map((secret) => ({ secretKeyBase: secret }))]
  return { ...options, secretKeyBase, rotations } as RailsOptions // as: see above
}

function parseData(input: string): AnyData {
  return parseObject(input, 'standard input', '{"accountId":7}') as AnyData // as: parsed from JSON, and an object
}

function parseObject(text: string, what: string, example: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SessionError('ERR_SESSION_VALUE', `${what} is no JSON, expected an object as ${example}`, { cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new SessionError('ERR_SESSION_VALUE', `${what} is no JSON object, expected one as ${example}`)
}
