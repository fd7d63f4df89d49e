import type { RefusedReason } from '../errors.ts'
import type { OpenedSession } from './session-format.ts'

type Accepted = Extract<OpenedSession, { ok: true }>

/** More cookies of one name than any browser sends by accident. Beyond it nothing is opened: work stays bounded. */
export const MAXIMUM_CANDIDATES = 16

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
 * Which of several cookies of our name counts. Every one is tried: a neighbour on a subdomain or another path may have
 * planted a cookie in front of ours, and must not sign anybody out with it.
 *
 * Exactly one opens: that one. Several open to one session: the newest. To different sessions: none (`duplicate`), for
 * nobody can tell which one the visitor means.
 */
export function chooseCandidate(
  values: readonly string[],
  open: (value: string) => OpenedSession,
): { readonly chosen: OpenedSession; readonly ignored: number } {
  const [only] = values
  // What nearly every request brings.
  if (values.length === 1 && only !== undefined) return { chosen: open(only), ignored: 0 }
  const different = [...new Set(values)]
  if (different.length === 0) return { chosen: { ok: false, reason: 'missing' }, ignored: 0 }
  if (different.length > MAXIMUM_CANDIDATES)
    return { chosen: { ok: false, reason: 'duplicate' }, ignored: different.length }
  const opened = different.map(open)
  const accepted = opened.filter((candidate) => candidate.ok)
  const [newest, ...others] = accepted.toSorted(byNewest)
  if (newest === undefined) {
    return { chosen: opened.filter((candidate) => !candidate.ok).reduce(moreTelling), ignored: 0 }
  }
  const ignored = different.length - 1
  if (others.some((other) => other.record.id !== newest.record.id)) {
    return { chosen: { ok: false, reason: 'duplicate' }, ignored }
  }
  return { chosen: newest, ignored }
}

function byNewest(a: Accepted, b: Accepted): number {
  return b.record.slid - a.record.slid || b.record.created - a.record.created
}
