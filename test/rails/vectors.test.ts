import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { encryptedMessages, signedMessages } from '../../src/rails/cookie-message.ts'
import { railsFormat, railsJar } from '../../src/rails/index.ts'
import { railsJson } from '../../src/rails/json-text.ts'
import { checkRailsOptions } from '../../src/rails/options.ts'
import { writeSession } from '../../src/rails/session-payload.ts'
import {
  compareCookie,
  compareSession,
  isCookie,
  isSession,
  readableVectors,
  withHybrid,
  type Reader,
} from './reading.ts'
import { VERSIONS, type Vector } from './vectors.ts'

const reader: Reader = {
  session: (name, options, now, header) =>
    createSessions({ name, format: railsFormat(options), clock: () => now }).read(header),
  cookie: (view, name, options) => railsJar(options)[view].get(name),
}

describe.each(VERSIONS)('Rails %s', (version) => {
  const vectors = readableVectors(version)
  const named = (list: readonly Vector[]): (readonly [string, Vector])[] => list.map((vector) => [vector.id, vector])
  const sessions = vectors.filter(isSession)
  const cookies = vectors.filter(isCookie)

  test.each(named(sessions))('the session of %s reads the same', (_, vector) => {
    const { ours, rails } = compareSession(reader, vector, version)
    expect(ours).toEqual(rails)
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
    const { ours, rails } = compareCookie(reader, vector, version)
    expect(ours).toEqual(rails)
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

/** Whether the request says all that is in the session, in numbers that JavaScript has. */
function isWhole({ id, request }: Vector): boolean {
  return (
    request.session !== undefined &&
    request.value === undefined &&
    request.flash === undefined &&
    id !== 'session/integers'
  )
}

function writesJson({ config: { serializer } }: Vector): boolean {
  return serializer === 'json' || serializer === 'hybrid' || serializer === 'json_allow_marshal'
}
