import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { inspectCookie, type CookieReport } from '../../src/inspect/index.ts'
import { railsFormat, railsJar, type RailsOptions, type RailsVersion } from '../../src/rails/index.ts'
import { optionsOf, readVectors, VERSIONS, type Vector } from '../rails/vectors.ts'

/** Rack before 2.2, which Rails 5.2 came with, separates cookies at commas; no browser does, and neither do we. */
const UNLIKE = [{ version: '5.2', id: 'accept/comma_separated' }]

describe.each(VERSIONS)('Rails %s', (version) => {
  const cookies = readVectors(version).vectors.filter(wasSent)
  const named = (vectors: readonly Vector[]): (readonly [string, Vector])[] => vectors.map((one) => [one.id, one])

  test.each(named(cookies.filter(isSession)))(
    'the session of %s is accepted or refused as sessions do it',
    (_, vector) => {
      const { cookieHeader, name } = sent(vector)
      const sessions = createSessions({ name, format: railsFormat(readable(vector, version)), clock: clockOf(vector) })
      const { verdict } = inspected(vector, version)
      expect(verdict.ok ? undefined : verdict.reason).toBe(sessions.read(cookieHeader).refused)
    },
  )

  test.each(named(cookies.filter((one) => !isSession(one))))(
    'the cookie of %s is accepted or refused as the jar does it',
    (_, vector) => {
      const { cookieHeader, name } = sent(vector)
      const jar = railsJar({ ...readable(vector, version), cookieHeader, clock: clockOf(vector) })
      const value = vector.request.kind === 'signed' ? jar.signed.get(name) : jar.encrypted.get(name)
      expect(inspected(vector, version).verdict.ok).toBe(value !== undefined)
    },
  )

  const answered = cookies
    .filter(({ request, opened }) => request.op.startsWith('open') || opened !== undefined)
    .filter(({ id }) => !UNLIKE.some((one) => one.version === version && one.id === id))
  test.each(named(answered))('what the findings say that Rails does with %s is what it did', (_, vector) => {
    expect(inspected(vector, version).outcome).toBe(observed(vector))
  })
})

/** A cookie that a Rails was sent, or that it minted and could read back; names that are no token are none of a cookie. */
function wasSent(vector: Vector): boolean {
  const { request, expect: minted } = vector
  const isCookie = request.op.startsWith('open') || (minted.ok && typeof minted.value === 'string')
  return isCookie && /^[!#$%&'*+\-.^_`|~\w]+$/.test(sent(vector).name)
}

function isSession({ request }: Vector): boolean {
  return request.op.endsWith('session')
}

function sent(vector: Vector): { cookieHeader: string; name: string } {
  const { config, request, expect: minted } = vector
  const name = isSession(vector) ? config.key : (request.name ?? '')
  const value = typeof request.value === 'string' && request.op.startsWith('open') ? request.value : ''
  const escaped = minted.value_escaped ?? request.value_escaped ?? encodeURIComponent(value)
  return { cookieHeader: request.cookie_header ?? `${name}=${escaped}`, name }
}

function inspected(vector: Vector, version: RailsVersion): CookieReport {
  const { cookieHeader, name } = sent(vector)
  const kind = isSession(vector) ? 'session' : vector.request.kind === 'signed' ? 'signed' : 'encrypted'
  const rails = optionsOf(vector.config, version)
  return inspectCookie(`Cookie: ${cookieHeader}`, { name, kind, rails, clock: clockOf(vector) })
}

/** Marshal is read and never written: `hybrid` reads what it reads. */
function readable({ config }: Vector, version: RailsVersion): RailsOptions {
  const options = optionsOf(config, version)
  return options.serializer === 'marshal' ? { ...options, serializer: 'hybrid' } : options
}

function clockOf({ request }: Vector): () => number {
  return () => Date.parse(request.now)
}

/** What Rails did. */
function observed(vector: Vector): CookieReport['outcome'] {
  const { request, opened, expect: answer } = vector
  const { ok, session, value } = request.op.startsWith('open') ? answer : (opened ?? answer)
  if (!ok) return 'raises'
  if (isSession(vector)) return Object.keys(session ?? {}).length === 0 ? 'empty' : 'reads'
  return value === undefined || value === null ? 'empty' : 'reads'
}
