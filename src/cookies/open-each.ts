import type { RefusedReason } from '../errors.ts'
import type { OpeningCost } from '../sealing/sealer.ts'

/** More cookies of one name than any browser sends by accident. Beyond it nothing is opened: work stays bounded. */
export const MAXIMUM_CANDIDATES = 16

/**
 * How many of them may cost a decryption, and perhaps a key to derive. Rubbish costs neither; whoever sends more of the others
 * than that is refused with all of them, for one that was left out might be the visitor's own.
 */
const MAXIMUM_DECRYPTED = 3

/**
 * After so many that turned out to be forged no key is derived any more: that costs what an honest request costs, or more, and
 * one forged cookie beside the visitor's own is what a neighbour plants. Seals of a salt that opened something come first.
 */
const MAXIMUM_FORGED_BEFORE_A_KEY = 2

/** How one value of a name is opened, and what that would take; nothing is said of it where nobody can tell without opening. */
export interface Opener<Opened> {
  readonly open: (value: string) => Opened
  readonly cost?: ((value: string) => OpeningCost) | undefined
}

/** How many of the texts of one request turned out to be forged. */
export interface Failures {
  count: number
}

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

/**
 * What opens of several texts. `others`: how many there are beside one.
 *
 * @param failures of the request until now; those that come are added
 */
export function openEach<Opened extends { readonly ok: true } | { readonly ok: false; readonly reason: RefusedReason }>(
  values: readonly string[],
  { open, cost }: Opener<Opened>,
  failures: Failures = { count: 0 },
):
  | {
      readonly ok: true
      readonly accepted: (Extract<Opened, { ok: true }> & { readonly text: string })[]
      readonly others: number
    }
  | { readonly ok: false; readonly reason: RefusedReason; readonly others: number } {
  const different = [...new Set(values)]
  const others = different.length - 1
  const tooMany = { ok: false, reason: 'duplicate', others: different.length } as const // as const: one reason of many
  if (different.length > MAXIMUM_CANDIDATES) return tooMany
  const unknown: string[] = []
  const known: string[] = []
  let costly = 0
  for (const value of different) {
    const takes = others === 0 ? undefined : cost?.(value)
    if (takes !== 'none' && takes !== undefined && ++costly > MAXIMUM_DECRYPTED) return tooMany
    const group = takes === 'derivation' ? unknown : known
    group.push(value)
  }
  const accepted: (Extract<Opened, { ok: true }> & { readonly text: string })[] = []
  let refusal: { readonly reason: RefusedReason } = { reason: 'missing' }
  let decrypted = 0
  for (let at = 0; at < different.length; at++) {
    const isUnknown = at >= known.length
    if (isUnknown && failures.count >= MAXIMUM_FORGED_BEFORE_A_KEY) return tooMany
    const value = (isUnknown ? unknown[at - known.length] : known[at]) as string // as: each is in one of them
    const opened = open(value)
    if (opened.ok || !FREE.has(opened.reason)) decrypted++
    if (decrypted > MAXIMUM_DECRYPTED) return tooMany
    if (!opened.ok && opened.reason === 'tampered') failures.count++
    if (opened.ok) accepted.push({ ...(opened as Extract<Opened, { ok: true }>), text: value })
    else refusal = moreTelling(refusal, opened)
  }
  return accepted.length === 0 ? { ok: false, reason: refusal.reason, others: 0 } : { ok: true, accepted, others }
}
