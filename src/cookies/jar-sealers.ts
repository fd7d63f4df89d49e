import { createCompactSealer, createSignedSealer, type OpeningCost, type PayloadSealer } from '../sealing/sealer.ts'
import { createMemory } from '../sealing/memory.ts'
import type { SecretRing } from '../sealing/secrets.ts'
import { openValue, sealValue, type OpenedValue } from '../sealing/value-sealer.ts'
import type { Json } from '../serializers/serializer.ts'

/** One way to turn a value into the text of a cookie and back. Times are whole seconds since 1970. */
export interface ValueSealer {
  /** @param expires when it ends, or `undefined` for never */
  seal(value: Json, now: number, expires: number | undefined): string
  /** Never throws, whatever the text is. */
  open(text: string, now: number): OpenedCookieValue
  /** What that would take. Left out where nobody can tell without opening. */
  readonly cost?: ((text: string) => OpeningCost) | undefined
}

/** `reissue`: it was sealed in an old way and should be set again in the current one. */
export type OpenedCookieValue = OpenedValue & {
  readonly reissue?:
    | {
        readonly expires: number | undefined
        /** Where the value says less than the cookie held: the text to set. */
        readonly seal?: ((expires: number | undefined) => string) | undefined
      }
    | undefined
}

/** The two ways to seal the cookie of one name. Both are bound to that name. */
export interface CookieSealers {
  readonly encrypted: ValueSealer
  readonly signed: ValueSealer
}

/** More than the 180 cookies that Chromium keeps for one site. One that makes names up must not make us remember them all. */
const REMEMBERED_NAMES = 256

/** Sealers by cookie name, kept between requests because each has a sub-key to derive. */
export function createCookieSealers(ring: SecretRing, now: () => number): (name: string) => CookieSealers {
  const byName = createMemory<CookieSealers>(REMEMBERED_NAMES, () => 1)
  return (name) => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const purpose = cookiePurpose(name)
    const sealers = {
      encrypted: valueSealer(createCompactSealer(ring, purpose, now)),
      signed: valueSealer(createSignedSealer(ring, purpose)),
    }
    byName.remember(name, sealers)
    return sealers
  }
}

/** What a cookie is sealed for. A cookie that is renamed was sealed for something else, and does not open. */
export function cookiePurpose(name: string): string {
  return `cookie.${name}`
}

function valueSealer(sealer: PayloadSealer): ValueSealer {
  return {
    seal: (value, now, expires) => sealValue(sealer, value, now, expires),
    open: (text, now) => openValue(sealer, text, now),
    cost: sealer.cost,
  }
}
