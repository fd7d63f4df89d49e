import { createCompactSealer, createSignedSealer, type PayloadSealer } from '../sealing/sealer.ts'
import type { SecretRing } from '../sealing/secrets.ts'

/** The two ways to seal the cookie of one name. Both are bound to that name. */
export interface CookieSealers {
  readonly encrypted: PayloadSealer
  readonly signed: PayloadSealer
}

/** An application has a handful of cookie names; one that makes them up must not make us remember them all. */
const REMEMBERED_NAMES = 64

/** Sealers by cookie name, kept between requests because each has a sub-key to derive. */
export function createCookieSealers(ring: SecretRing, now: () => number): (name: string) => CookieSealers {
  const byName = new Map<string, CookieSealers>()
  return (name) => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const purpose = cookiePurpose(name)
    const sealers = {
      encrypted: createCompactSealer(ring, purpose, now),
      signed: createSignedSealer(ring, purpose),
    }
    if (byName.size >= REMEMBERED_NAMES) byName.clear()
    byName.set(name, sealers)
    return sealers
  }
}

/** What a cookie is sealed for. A cookie that is renamed was sealed for something else, and does not open. */
function cookiePurpose(name: string): string {
  return `cookie.${name}`
}
