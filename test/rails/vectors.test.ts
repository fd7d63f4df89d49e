import { describe, expect, test } from 'vitest'
import { createSessions, type Session } from '../../src/index.ts'
import { encryptedMessages, signedMessages } from '../../src/rails/cookie-message.ts'
import { railsFormat, railsJar, type RailsVersion } from '../../src/rails/index.ts'
import { railsJson } from '../../src/rails/json-text.ts'
import { checkRailsOptions } from '../../src/rails/options.ts'
import { writeSession } from '../../src/rails/session-payload.ts'
import { differenceOf } from './differences.ts'
import { optionsOf, readVectors, type Vector } from './vectors.ts'

const VERSIONS: readonly RailsVersion[] = ['5.2', '6.1', '7.0', '7.1', '8.0', '8.1']

describe.each(VERSIONS)('Rails %s', (version) => {
  const { vectors } = readVectors(version)
  const kept = vectors.filter((vector) => differenceOf(vector, version) === undefined && wasSent(vector))
  const named = (list: readonly Vector[]): (readonly [string, Vector])[] => list.map((vector) => [vector.id, vector])
  const sessions = kept.filter(({ request: { op } }) => op === 'mint_session' || op === 'open_session')
  const cookies = kept.filter(({ request: { op } }) => op === 'mint' || op === 'open')

  test.each(named(sessions))('the session of %s reads the same', (_, vector) => {
    const held = open(vector, version)
    const { session_id: id, flash, ...data } = expectedSession(vector)
    expect(withoutRuby({ ...held }, data)).toEqual(withoutRuby(data, data))
    expect(id ?? held.id).toBe(held.id)
    expect({ ...held.flash }).toEqual(expectedFlash(flash))
  })

  const writable = sessions.filter(({ expect: { internals } }) => typeof internals?.payload === 'string')
  test.each(named(writable.filter(writesJson)))('the session of %s is sealed to the same bytes', (_, vector) => {
    const settings = checkRailsOptions(withHybrid(vector, version))
    const { payload, iv_hex: iv = '', envelope } = vector.expect.internals ?? {}
    const message = encryptedMessages(settings)(vector.config.key)
    const expiresAt = typeof envelope?.exp === 'string' ? Date.parse(envelope.exp) : undefined
    const sealed = message.seal(Buffer.from(String(payload)), expiresAt, Buffer.from(iv, 'hex'))
    expect(sealed).toBe(vector.expect.value_escaped)
  })

  const told = writable.filter(writesJson).filter(isWhole)
  test.each(named(told))('the JSON of %s is written the same', (_, { request, expect: { internals }, ...vector }) => {
    const { escapes } = checkRailsOptions(withHybrid({ request, expect: { ok: true }, ...vector }, version))
    const data = JSON.parse(JSON.stringify(request.session)) as never // as: a vector's session is JSON
    const text = writeSession({ id: request.session_id ?? '', data, texts: undefined }, escapes)
    expect(text).toBe(internals?.payload)
  })

  test.each(named(cookies))('the cookie of %s reads the same', (_, vector) => {
    const { request, opened, expect: minted } = vector
    const name = request.name ?? ''
    const text = minted.value_escaped ?? encodeURIComponent(textOf(request.value))
    const jar = railsJar({
      ...withHybrid(vector, version),
      cookieHeader: `${name}=${text}`,
      clock: () => Date.parse(request.now),
    })
    const value = request.kind === 'signed' ? jar.signed.get(name) : jar.encrypted.get(name)
    expect(value ?? null).toEqual((request.op === 'mint' ? opened?.value : minted.value) ?? null)
  })

  const minted = cookies.filter(
    ({ request, expect: { internals } }) => request.op === 'mint' && typeof internals?.payload === 'string',
  )
  test.each(named(minted.filter(writesJson)))('the cookie of %s is sealed to the same bytes', (_, vector) => {
    const settings = checkRailsOptions(withHybrid(vector, version))
    const { iv_hex: iv, envelope, payload } = vector.expect.internals ?? {}
    const messages = (vector.request.kind === 'signed' ? signedMessages : encryptedMessages)(settings)
    const expiresAt = typeof envelope?.exp === 'string' ? Date.parse(envelope.exp) : undefined
    expect(railsJson(vector.request.value, settings.escapes)).toBe(payload)
    const sealed = messages(vector.request.name ?? '').seal(
      Buffer.from(String(payload)),
      expiresAt,
      Buffer.from(iv ?? '', 'hex'),
    )
    expect(sealed).toBe(vector.expect.value_escaped)
  })
})

/** A cookie that Rails minted without raising, or one that it was sent. */
function wasSent({ request, expect: { ok, value } }: Vector): boolean {
  return request.op.startsWith('open') || (ok && value !== undefined)
}

/** Whether the request says all that is in the session, in numbers that JavaScript has. */
function isWhole({ id, request }: Vector): boolean {
  return (
    request.session !== undefined &&
    request.value === undefined &&
    request.flash === undefined &&
    id !== 'session/integers'
  )
}

function open(vector: Vector, version: RailsVersion): Session<Record<string, unknown>> {
  const { config, request, expect: minted } = vector
  const value = minted.value_escaped ?? request.value_escaped ?? encodeURIComponent(textOf(request.value))
  const format = railsFormat(withHybrid(vector, version))
  const sessions = createSessions<Record<string, unknown>>({
    name: config.key,
    format,
    clock: () => Date.parse(request.now),
  })
  return sessions.read(request.cookie_header ?? `${config.key}=${value}`)
}

/** Marshal is read and never written: `hybrid` reads what it reads. */
function withHybrid(vector: Vector, version: RailsVersion): Parameters<typeof railsFormat>[0] {
  const options = optionsOf(vector.config, version)
  return options.serializer === 'marshal' ? { ...options, serializer: 'hybrid' } : options
}

function writesJson({ config: { serializer } }: Vector): boolean {
  return serializer === 'json' || serializer === 'hybrid' || serializer === 'json_allow_marshal'
}

/** What Rails shows of the cookie; where nobody read it back, what it wrote into it. */
function expectedSession({ opened, request, expect: { session, internals } }: Vector): Record<string, unknown> {
  if (request.op === 'open_session') return session ?? {}
  if (opened !== undefined) return opened.session ?? {} // a Rails that raised shows nothing
  return JSON.parse(String(internals?.payload)) as Record<string, unknown> // as: a session is an object
}

function expectedFlash(flash: unknown): unknown {
  const { flashes = {}, discard } = (flash ?? {}) as { flashes?: Record<string, unknown>; discard?: string[] | null } // as: Rails' shape, where it is one
  return Object.fromEntries(Object.entries(flashes).filter(([name]) => !(discard ?? []).includes(name)))
}

/** Leaves out what JSON cannot hold: it stands as `{"$ruby": …}` or the like in the vectors, and as text or null in ours. */
function withoutRuby(session: Record<string, unknown>, expected: Record<string, unknown>): Record<string, unknown> {
  const rest = Object.entries(session).filter(
    ([key, value]) => !/"\$(?:ruby|symbol|hex)"/.test(JSON.stringify(expected[key] ?? null)) && !isInfinite(value),
  )
  return JSON.parse(JSON.stringify(Object.fromEntries(rest))) as Record<string, unknown> // as: it was one before
}

function isInfinite(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
