import { clockOf } from '../clock.ts'
import { seconds, type Duration } from '../duration.ts'
import { blameCaller, SessionError, type RefusedReason } from '../errors.ts'
import { parseJson, plainText } from '../serializers/json.ts'
import type { Json } from '../serializers/serializer.ts'
import { createCompactSealer, type PayloadSealer } from './sealer.ts'
import { createSecretRing, type SecretInput } from './secrets.ts'

/** What opening a sealed value gives. `secret` is the place in the ring of the secret that sealed it. */
export type OpenedValue =
  | { readonly ok: true; readonly value: Json; readonly secret: number; readonly keyId: string }
  | { readonly ok: false; readonly reason: RefusedReason }

/**
 * Seals JSON values for one purpose: magic links, `state` parameters, unsubscribe links. What was sealed for one purpose
 * opens for no other.
 */
export interface Sealer {
  /**
   * Text of base64url characters, safe in URLs and headers, of any length.
   *
   * @param options.expiresIn after which `open` gives `expired-absolute`; without it the text opens as long as its secret is
   * in the ring
   * @throws `ERR_SESSION_VALUE` when JSON would change the value, `ERR_OPTIONS`
   */
  seal(value: unknown, options?: { expiresIn?: Duration }): string
  /** Never throws, whatever the text is. */
  open(text: string): OpenedValue
}

export interface SealerOptions {
  /** `[current, ...previous]`: the first seals, all of them open. */
  readonly secrets: readonly SecretInput[]
  /** What the text is for, as `'magic-link'`. Not `cookie.…`, which is how cookies are sealed. */
  readonly purpose: string
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/** HKDF takes 1,024 bytes of info at the most, and the purpose has 18 bytes before it. */
const MAXIMUM_PURPOSE_BYTES = 1006
/** A seal says its times in 32 bits. */
const LAST_SECOND = 0xffff_ffff

/** @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function createSealer(options: SealerOptions): Sealer {
  return blameCaller(createSealer, () => {
    const { purpose } = options
    const clock = clockOf(options.clock)
    if (typeof purpose !== 'string' || !purpose.isWellFormed() || purpose === '' || purpose.startsWith('cookie.')) {
      throw new SessionError(
        'ERR_OPTIONS',
        `purpose is ${typeof purpose === 'string' ? JSON.stringify(purpose) : typeof purpose}, expected text that does not begin with "cookie.", as "magic-link".`,
      )
    }
    const bytes = Buffer.byteLength(purpose)
    if (bytes > MAXIMUM_PURPOSE_BYTES) {
      throw new SessionError('ERR_OPTIONS', `purpose has ${bytes} bytes, at most ${MAXIMUM_PURPOSE_BYTES} are allowed.`)
    }
    const sealer = createCompactSealer(createSecretRing(options.secrets), purpose, clock)
    const now = (): number => Math.floor(clock() / 1000)
    return {
      seal: function seal(value, { expiresIn } = {}) {
        return blameCaller(seal, () => {
          const json = plainText(value, 'value')
          const at = now()
          const expires = expiresIn === undefined ? undefined : at + seconds(expiresIn, 'expiresIn')
          if (expires !== undefined && expires > LAST_SECOND) {
            throw new SessionError(
              'ERR_OPTIONS',
              `expiresIn is ${expiresIn}, which ends after February 2106, the last time that a seal can say.`,
            )
          }
          return sealer.seal({ kind: 'value', created: at, expires, json })
        })
      },
      open: (text) => openValue(sealer, text, now()),
    }
  })
}

/** @param expires whole seconds since 1970, or `undefined` for never */
export function sealValue(sealer: PayloadSealer, value: Json, now: number, expires: number | undefined): string {
  return sealer.seal({ kind: 'value', created: now, expires, json: JSON.stringify(value) })
}

export function openValue(sealer: PayloadSealer, text: unknown, now: number): OpenedValue {
  if (typeof text !== 'string') return { ok: false, reason: 'malformed' }
  const opened = sealer.open(text)
  if (!opened.ok) return opened
  const { payload, secret } = opened
  if (payload.kind !== 'value') return { ok: false, reason: 'malformed' }
  if (payload.expires !== undefined && now >= payload.expires) return { ok: false, reason: 'expired-absolute' }
  try {
    return { ok: true, value: parseJson(payload.json), secret: secret.index, keyId: secret.keyId }
  } catch {
    return { ok: false, reason: 'malformed' }
  }
}
