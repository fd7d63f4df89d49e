import type { CommitHeaders } from '../exchange.ts'
import type { GivenHeader } from './vary.ts'

/** Whether the answer carries a cookie of ours. */
export function keepsFromCaches({ noStore, setCookie }: CommitHeaders): boolean {
  return noStore || setCookie.length > 0
}

/**
 * Cache-Control for an answer that sets a cookie of ours, which no shared cache may store: it would hand it to whoever asks
 * next (RFC 9111 §7.3). `undefined` where `existing` says so already: `private` without a list of fields, or `no-store`.
 */
export function unsharedCacheControl(existing: GivenHeader, { noStore }: CommitHeaders): string | undefined {
  const isUnshared =
    existing !== undefined && existing !== null && UNSHARED.test(String(existing).replace(QUOTED, '""'))
  return isUnshared ? undefined : noStore ? 'no-store' : 'private'
}

const UNSHARED = /(?:^|,)\s*(?:private|no-store)\s*(?:,|$)/i
const QUOTED = /"[^"]*"/g

/**
 * Whether a header, by its name in lower case, speaks to shared caches alone, which then do not look at Cache-Control:
 * targeted ones as CDN-Cache-Control (RFC 9213) and those of vendors, Surrogate-Control, and nginx's.
 */
export function isForSharedCaches(name: string): boolean {
  return TARGETED.test(name)
}

const TARGETED = /.-cache-control$|^surrogate-control$|^edge-control$|^x-accel-expires$/
