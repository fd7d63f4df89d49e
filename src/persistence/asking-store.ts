import { SessionError } from '../errors.ts'
import type { SessionStore } from '../stores/store.ts'

/** Asks a store, within its time. */
export interface AskingStore {
  /** For what changes nothing. @throws `ERR_STORE_UNAVAILABLE` */
  read<Answer>(ask: (store: SessionStore) => Promise<Answer>): Promise<Answer>
  /** For what changes something: of a change without an answer nobody knows whether it was made. @throws `ERR_STORE_UNAVAILABLE` */
  change<Answer>(ask: (store: SessionStore) => Promise<Answer>): Promise<Answer>
}

export function createAskingStore(store: SessionStore, timeoutSeconds: number, onUnavailable: () => void): AskingStore {
  const ask = async <Answer>(question: (store: SessionStore) => Promise<Answer>, effect: string): Promise<Answer> => {
    try {
      return await within(timeoutSeconds, question(store))
    } catch (cause) {
      onUnavailable()
      const what = cause === LATE ? `did not answer within ${timeoutSeconds} s` : 'failed'
      throw new SessionError(
        'ERR_STORE_UNAVAILABLE',
        `The ${store.name} store of sessions ${what}. ${effect} Answer 503, and the visitor may try again.`,
        { kind: 'system', cause: cause === LATE ? undefined : cause },
      )
    }
  }
  return {
    read: (question) => ask(question, 'Nobody was signed out, and nothing was changed.'),
    change: (question) => ask(question, 'Whether the session was written is not known; its cookie is left as it is.'),
  }
}

const LATE = Symbol('no answer in time')

async function within<Answer>(seconds: number, answer: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(late.reject, seconds * 1000, LATE)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
