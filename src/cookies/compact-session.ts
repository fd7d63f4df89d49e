import { sealedSessionLength } from '../sealing/compact.ts'
import { rememberOpened } from '../sealing/remembered-sealer.ts'
import { createCompactSealer, type PayloadSealer } from '../sealing/sealer.ts'
import { createSecretRing, type SecretInput } from '../sealing/secrets.ts'
import { json, jsonBytes } from '../serializers/json.ts'
import type { Serializer } from '../serializers/serializer.ts'
import { cookiePurpose, createCookieSealers } from './jar-sealers.ts'
import type { CookieFormat, SessionFormat } from './session-format.ts'

/**
 * Our own format, for sessions and jar alike.
 *
 * @param cacheBytes what the session cookies that were opened lately may take
 * @throws `ERR_SECRET`
 */
export function compactFormat(secrets: readonly SecretInput[], cacheBytes = 0): CookieFormat {
  const ring = createSecretRing(secrets)
  return {
    name: 'compact',
    session(name, clock) {
      const sealer = createCompactSealer(ring, cookiePurpose(name), clock)
      return createCompactSessionFormat(rememberOpened(sealer, cacheBytes), json)
    },
    sealers: (clock) => createCookieSealers(ring, clock),
  }
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
    cost: sealer.cost,
  }
}
