import { randomBytes } from 'node:crypto'
import type { Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { inspectCookie, type CookieKind, type CookieReport } from '../inspect/index.ts'
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

/** Options of `inspect`. */
export interface InspectFlags extends CookieFlags {
  readonly kind: string
  readonly allVersions?: boolean | undefined
  readonly showValues?: boolean | undefined
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

/** What the cookie value in `input` holds, without its times, which `inspect` tells. @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function openCookie(input: string, flags: CookieFlags, env: Environment): OpenedCookie {
  const opened = sessionsFor(flags, env).open(input.trim())
  if (!opened.ok) return opened
  const { ok, data, format, secret } = opened
  return { ok, data, format, secret }
}

type OpenedCookie =
  | Pick<Extract<OpenedValue, { ok: true }>, 'ok' | 'data' | 'format' | 'secret'>
  | Extract<OpenedValue, { ok: false }>

/** What there is to say about the cookie in `input`; without a secret, what shows outside. @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function explainCookie(input: string, flags: InspectFlags, env: Environment): CookieReport {
  const { name, rails, allVersions, showValues } = flags
  const kind = flags.kind as CookieKind // as: the command line lets no other pass
  const common = { name, kind, allVersions, showValues }
  const secrets = secretsIn(flags, env)
  if (rails !== undefined) {
    // Whatever stands in the JSON: a secret on the command line is one that every process can see.
    const given =
      secrets === undefined ? { ...parseRails(rails), secretKeyBase: undefined } : railsOptions(rails, secrets)
    return inspectCookie(input, { ...common, rails: given })
  }
  const timeouts = {
    idleTimeout: flags.idleTimeout as Duration, // as: inspectCookie checks it
    absoluteTimeout: flags.absoluteTimeout as Duration, // as: see above
  }
  return inspectCookie(input, {
    ...common,
    ...timeouts,
    ...(secrets !== undefined && { secrets: secretRing(secrets) }),
  })
}

function secretsIn({ secretEnv }: CookieFlags, env: Environment): string | undefined {
  const secrets = env[secretEnv]
  return secrets?.trim() === '' ? undefined : secrets
}

function secretRing(secrets: string): string[] {
  return secrets.split(',').map((secret) => secret.trim())
}

function sessionsFor(flags: CookieFlags, env: Environment): Sessions<AnyData> {
  const secrets = secretsIn(flags, env)
  if (secrets === undefined) {
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
    secrets: secretRing(secrets),
    // An operator may seal whatever fits; what the application stores is for the application's guard to say.
    guard: 'json',
    idleTimeout: flags.idleTimeout as Duration, // as: createSessions checks it and says what is wrong
    absoluteTimeout: flags.absoluteTimeout as Duration, // as: see above
  })
}

/** The first secret is the application's own; the others are read, as rotations with nothing else changed. */
function railsOptions(text: string, secrets: string): RailsOptions {
  const options = parseRails(text)
  const [secretKeyBase = '', ...previous] = secrets.split(',')
  const { rotations = [] } = options
  const older = previous.map((secret) => ({ secretKeyBase: secret }))
  // What is no list is handed on, to be refused.
  return { ...options, secretKeyBase, rotations: Array.isArray(rotations) ? [...rotations, ...older] : rotations }
}

function parseRails(text: string): RailsOptions {
  return parseObject(text, '--rails', '{"defaults":"8.1"}') as RailsOptions // as: whoever takes them checks them
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
