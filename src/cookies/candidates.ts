import type { RefusedReason } from '../errors.ts'
import { isInPlaceOf } from './lineage.ts'
import type { OpenedSession } from './session-format.ts'

type Accepted = Extract<OpenedSession, { ok: true }>

/** A cookie that opened, with its text. */
export type Candidate = Accepted & { readonly text: string }

/** Which of the cookies of one name counts. */
export type Choice =
  | {
      readonly ok: true
      readonly chosen: Accepted
      readonly text: string
      readonly ignored: readonly Candidate[]
      readonly others: number
    }
  | {
      readonly ok: false
      readonly reason: RefusedReason
      /** Those that open to sessions of which nobody can tell which one is meant. */
      readonly rivals: readonly Candidate[]
      readonly others: number
    }

/** More cookies of one name than any browser sends by accident. Beyond it nothing is opened: work stays bounded. */
export const MAXIMUM_CANDIDATES = 16

/**
 * How many of them may cost a decryption, and perhaps a key to derive. Rubbish costs neither; whoever sends more of the others
 * than that is refused with all of them, for one that was left out might be the visitor's own.
 */
export const MAXIMUM_DECRYPTED = 3

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

const NONE: readonly Candidate[] = []

/**
 * Which of several cookies of our name counts. Every one is tried: a neighbour on a subdomain or another path may have
 * planted a cookie in front of ours, and must not sign anybody out with it.
 *
 * Exactly one opens: that one. Several open to one session: the newest. Of two sessions one was begun in place of the other: the
 * one that was begun. Else none (`duplicate`): nobody can tell which one the visitor means, and the newest may be one that
 * somebody planted.
 */
export function chooseCandidate(values: readonly string[], open: (value: string) => OpenedSession): Choice {
  const [only] = values
  // What nearly every request brings.
  if (values.length === 1 && only !== undefined) {
    const opened = open(only)
    return opened.ok
      ? { ok: true, chosen: opened, text: only, ignored: NONE, others: 0 }
      : { ok: false, reason: opened.reason, rivals: NONE, others: 0 }
  }
  const tried = openEach(values, open)
  if (!tried.ok) return { ok: false, reason: tried.reason, rivals: NONE, others: tried.others }
  const { accepted, others } = tried
  const left = ofDifferentSessions(accepted).filter(
    (candidate) => !accepted.some((other) => isInPlaceOf(other.record, candidate.record)),
  )
  const [chosen] = left
  if (chosen === undefined || left.length > 1) return { ok: false, reason: 'duplicate', rivals: left, others }
  return { ok: true, chosen, text: chosen.text, ignored: accepted.filter((other) => other !== chosen), others }
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

/** The newest of each session. */
function ofDifferentSessions(accepted: readonly Candidate[]): Candidate[] {
  const newestFirst = accepted.toSorted(byNewest)
  return newestFirst.filter(({ record }, at) => newestFirst.findIndex((other) => other.record.id === record.id) === at)
}

function byNewest(a: Candidate, b: Candidate): number {
  return b.record.slid - a.record.slid || b.record.created - a.record.created
}
