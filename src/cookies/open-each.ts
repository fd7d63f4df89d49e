import type { RefusedReason } from '../errors.ts'

/** More cookies of one name than any browser sends by accident. Beyond it nothing is opened: work stays bounded. */
export const MAXIMUM_CANDIDATES = 16

/**
 * How many of them may cost a decryption, and perhaps a key to derive. Rubbish costs neither; whoever sends more of the others
 * than that is refused with all of them, for one that was left out might be the visitor's own.
 */
const MAXIMUM_DECRYPTED = 3

const FREE: ReadonlySet<RefusedReason> = new Set(['missing', 'malformed', 'too-large', 'unknown-secret'])

/** From the least to the most telling: of several refusals, the operator hears the one that came closest. */
const TELLING: readonly RefusedReason[] = [
  'missing',
  'malformed',
  'too-large',
  'tampered',
  'unknown-secret',
  'expired-absolute',
  'expired-idle',
  'duplicate',
  'schema',
  'not-found',
  'revoked',
]

/** Of two refusals the more telling one; the first, where they are the same. */
export function moreTelling<Refusal extends { readonly reason: RefusedReason }>(a: Refusal, b: Refusal): Refusal {
  return TELLING.indexOf(b.reason) > TELLING.indexOf(a.reason) ? b : a
}

/** What opens of several texts. `others`: how many there are beside one. */
export function openEach<Opened extends { readonly ok: true } | { readonly ok: false; readonly reason: RefusedReason }>(
  values: readonly string[],
  open: (value: string) => Opened,
):
  | {
      readonly ok: true
      readonly accepted: (Extract<Opened, { ok: true }> & { readonly text: string })[]
      readonly others: number
    }
  | { readonly ok: false; readonly reason: RefusedReason; readonly others: number } {
  const different = [...new Set(values)]
  const others = different.length - 1
  if (different.length > MAXIMUM_CANDIDATES) return { ok: false, reason: 'duplicate', others: different.length }
  const accepted: (Extract<Opened, { ok: true }> & { readonly text: string })[] = []
  let refusal: { readonly reason: RefusedReason } = { reason: 'missing' }
  let decrypted = 0
  for (const value of different) {
    const opened = open(value)
    if (opened.ok || !FREE.has(opened.reason)) decrypted++
    if (decrypted > MAXIMUM_DECRYPTED) return { ok: false, reason: 'duplicate', others: different.length }
    if (opened.ok) accepted.push({ ...(opened as Extract<Opened, { ok: true }>), text: value })
    else refusal = moreTelling(refusal, opened)
  }
  return accepted.length === 0 ? { ok: false, reason: refusal.reason, others: 0 } : { ok: true, accepted, others }
}
