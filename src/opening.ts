import { isTooLarge } from './cookies/budget.ts'
import { chooseCandidate, type Candidate } from './cookies/candidates.ts'
import { openEach, type Opener } from './cookies/open-each.ts'
import { cookieValues } from './cookies/request-cookies.ts'
import type { OpenedSession, SessionFormat } from './cookies/session-format.ts'
import type { RefusedReason } from './errors.ts'
import type { Emit } from './events.ts'
import type { CheckedOptions, SessionsOptions } from './options.ts'
import { validate, validateShared } from './schema.ts'
import { isSameJson, nullObject } from './serializers/plain.ts'
import type { OpenedCookie, PersistenceHost } from './persistence/persistence.ts'
import type { PreviousRefusal } from './previous/previous-cookie-source.ts'
import type { JsonObject } from './serializers/serializer.ts'
import type { Loaded, SessionRecord } from './session/host.ts'
import { expiry } from './session/lifetime.ts'
import { isHidden } from './session/reserved-keys.ts'
import { isUnreadable } from './serializers/unreadable.ts'

/** Opens one value of our name: size, seal, then timeouts. */
export function createOpener(
  format: SessionFormat,
  { attributes, lifetime }: CheckedOptions,
  now: () => number,
): Opener<OpenedSession> {
  const { cost } = format
  return {
    open(value) {
      if (typeof value !== 'string' || value === '') return { ok: false, reason: 'malformed' }
      if (isTooLarge(attributes.name, value)) return { ok: false, reason: 'too-large' }
      const opened = format.open(value)
      if (!opened.ok) return opened
      const reason = expiry(opened.record, lifetime, now())
      return reason === undefined ? opened : { ok: false, reason }
    },
    cost: cost && ((value) => (isTooLarge(attributes.name, value) ? 'none' : cost(value))),
  }
}

/** How sessions are found, and what the operator hears of it. */
export type Opening = Pick<PersistenceHost, 'openCookie' | 'noteSecret' | 'validate' | 'refuse'> & {
  /** Every session whose cookie opens, whichever counts. Nobody hears of it. */
  readonly brought: (cookieHeader: string | undefined) => readonly SessionRecord[]
}

export function createOpening<Data extends object>(
  options: SessionsOptions<Data>,
  { attributes, previous }: CheckedOptions,
  opener: Opener<OpenedSession>,
  emit: Emit,
): Opening {
  const refuse = (reason: RefusedReason, cookie?: string): Loaded => {
    if (reason !== 'missing') emit({ type: 'refused', reason }, cookie)
    return { record: undefined, refused: reason }
  }
  /** What a previous cookie holds, where ours does not open. */
  const takeOver = (header: string | undefined, ours: RefusedReason): OpenedCookie => {
    let refusal: PreviousRefusal = { ok: false, reason: ours }
    for (const cookie of previous) {
      const opened = cookie.open(header, refusal)
      if (opened.ok) {
        emit({ type: 'opened-previous-cookie', previous: cookie.name })
        return { record: opened.record, text: opened.text, stale: true, migrated: false, moveIn: cookie.moveIn }
      }
      refusal = opened
    }
    return refuse(refusal.reason, refusal.cookie)
  }

  const noteSecret = ({ keyId, secret }: Pick<Candidate, 'keyId' | 'secret'>): boolean => {
    if (secret > 0) emit({ type: 'opened-by-previous-secret', keyId, secret })
    return secret > 0
  }

  return {
    refuse,

    noteSecret,

    openCookie(header) {
      const choice = chooseCandidate(cookieValues(header, attributes.name), opener)
      if (choice.others > 0) emit({ type: 'duplicate', count: choice.others })
      if (choice.ok) {
        const { chosen, text, ignored } = choice
        return { record: chosen.record, text, stale: noteSecret(chosen), migrated: false, others: ignored }
      }
      if (choice.rivals.length === 0) return takeOver(header, choice.reason)
      return { record: undefined, refused: choice.reason, others: choice.rivals }
    },

    brought(header) {
      const tried = openEach(cookieValues(header, attributes.name), opener)
      return tried.ok ? tried.accepted.map(({ record }) => record) : []
    },

    validate(record, stale) {
      if (options.schema === undefined) return { record, stale, migrated: false }
      const data = nullObject()
      const hidden = nullObject()
      for (const [key, value] of Object.entries(record.data))
        (isHidden(key) || isUnreadable(value) ? hidden : data)[key] = value
      const validated = record.original === undefined ? validate : validateShared
      const valid = validated(data, options.schema, options.migrate)
      if (valid === undefined) return refuse('schema')
      if (valid.migrated) emit({ type: 'migrated' })
      const after = Object.assign(nullObject(), valid.data, hidden)
      const texts = valid.migrated ? textsOfKept(record, after) : record.texts
      return {
        record: { ...record, data: after, texts },
        stale,
        migrated: valid.migrated,
      }
    },
  }
}

/** The texts of what is the same afterwards; what is not is written anew. */
function textsOfKept({ data, texts }: SessionRecord, after: JsonObject): SessionRecord['texts'] {
  if (texts === undefined) return undefined
  return () => new Map([...texts()].map(([key, text]) => [key, isSameJson(data[key], after[key]) ? text : undefined]))
}
