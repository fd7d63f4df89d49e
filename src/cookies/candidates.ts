import type { RefusedReason } from '../errors.ts'
import { isInPlaceOf } from './lineage.ts'
import { openEach, type Opener } from './open-each.ts'
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

const NONE: readonly Candidate[] = []

/**
 * Which of several cookies of our name counts. Every one is tried: a neighbour on a subdomain or another path may have
 * planted a cookie in front of ours, and must not sign anybody out with it.
 *
 * Exactly one opens: that one. Several open to one session: the newest. Of two sessions one was begun in place of the other: the
 * one that was begun. Else none (`duplicate`): nobody can tell which one the visitor means, and the newest may be one that
 * somebody planted.
 */
export function chooseCandidate(values: readonly string[], opener: Opener<OpenedSession>): Choice {
  const [only] = values
  // What nearly every request brings.
  if (values.length === 1 && only !== undefined) {
    const opened = opener.open(only)
    return opened.ok
      ? { ok: true, chosen: opened, text: only, ignored: NONE, others: 0 }
      : { ok: false, reason: opened.reason, rivals: NONE, others: 0 }
  }
  const tried = openEach(values, opener)
  if (!tried.ok) return { ok: false, reason: tried.reason, rivals: NONE, others: tried.others }
  const { accepted, others } = tried
  const left = ofDifferentSessions(accepted).filter(
    (candidate) => !accepted.some((other) => isInPlaceOf(other.record, candidate.record)),
  )
  const [chosen] = left
  if (chosen === undefined || left.length > 1) return { ok: false, reason: 'duplicate', rivals: left, others }
  return { ok: true, chosen, text: chosen.text, ignored: accepted.filter((other) => other !== chosen), others }
}

/** The newest of each session. */
function ofDifferentSessions(accepted: readonly Candidate[]): Candidate[] {
  const newestFirst = accepted.toSorted(byNewest)
  return newestFirst.filter(({ record }, at) => newestFirst.findIndex((other) => other.record.id === record.id) === at)
}

function byNewest(a: Candidate, b: Candidate): number {
  return b.record.slid - a.record.slid || b.record.created - a.record.created
}
