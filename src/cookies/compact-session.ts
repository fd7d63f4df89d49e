import { sealedSessionLength } from '../sealing/compact.ts'
import type { PayloadSealer } from '../sealing/sealer.ts'
import type { Serializer } from '../serializers/serializer.ts'
import type { SessionFormat } from './session-format.ts'

/** Sessions in our own format: header and JSON, sealed for the cookie's name. Layout in `docs/format.md`. */
export function createCompactSessionFormat(sealer: PayloadSealer, serializer: Serializer): SessionFormat {
  return {
    name: 'compact',
    sealedLength: sealedSessionLength,
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
