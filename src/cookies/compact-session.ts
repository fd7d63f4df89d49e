import { sealedSessionLength } from '../sealing/compact.ts'
import { createCompactSealer, type PayloadSealer } from '../sealing/sealer.ts'
import { createSecretRing, type SecretInput } from '../sealing/secrets.ts'
import { json } from '../serializers/json.ts'
import type { Json, Serializer } from '../serializers/serializer.ts'
import { cookiePurpose, createCookieSealers } from './jar-sealers.ts'
import type { CookieFormat, SessionFormat } from './session-format.ts'

/** Our own format, for sessions and jar alike. @throws `ERR_SECRET` */
export function compactFormat(secrets: readonly SecretInput[]): CookieFormat {
  const ring = createSecretRing(secrets)
  return {
    name: 'compact',
    session: (name, clock) => createCompactSessionFormat(createCompactSealer(ring, cookiePurpose(name), clock), json),
    sealers: (clock) => createCookieSealers(ring, clock),
  }
}

/** Text that JSON writes as it is, between quotes: ASCII without quotes, backslashes and control characters. */
const VERBATIM = /^[ !#-[\]-~]*$/

/** Every key and value of a session is measured before it is written, and most are short text or numbers. */
function jsonBytes(value: Json): number {
  if (typeof value === 'string' && VERBATIM.test(value)) return value.length + 2
  return typeof value === 'object' || typeof value === 'string'
    ? Buffer.byteLength(JSON.stringify(value))
    : String(value).length
}

/** Sessions in our own format: header and JSON, sealed for the cookie's name. Layout in `docs/format.md`. */
function createCompactSessionFormat(sealer: PayloadSealer, serializer: Serializer): SessionFormat {
  return {
    name: 'compact',
    sealedLength: sealedSessionLength,
    jsonBytes,
    seal({ id, created, slid, persistent, data }) {
      return sealer.seal({ kind: 'session', id, created, slid, persistent, json: serializer.dump(data) })
    },
    open(value) {
      const opened = sealer.open(value)
      if (!opened.ok) return opened
      const { payload, secret } = opened
      if (payload.kind !== 'session') return { ok: false, reason: 'malformed' }
      try {
        const { id, created, slid, persistent } = payload
        const record = { id, created, slid, persistent, data: serializer.load(payload.json) }
        return { ok: true, record, secret: secret.index, keyId: secret.keyId }
      } catch {
        return { ok: false, reason: 'malformed' }
      }
    },
  }
}
