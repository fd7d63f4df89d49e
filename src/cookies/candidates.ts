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
]

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
    const reasons = opened.map((candidate) => (candidate.ok ? 'missing' : candidate.reason))
    const [reason = 'missing'] = reasons.toSorted((a, b) => TELLING.indexOf(b) - TELLING.indexOf(a))
    return { chosen: { ok: false, reason }, ignored: 0 }
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
