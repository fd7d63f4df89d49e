import { SessionError } from '../errors.ts'
import { reducedError } from '../reduced-error.ts'
import type { SessionStore } from '../stores/store.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { OpenQuestions, type LateQuestion } from './open-questions.ts'

/** Asks a store, within its time. */
export interface AskingStore {
  /** For what changes nothing. @throws `ERR_STORE_UNAVAILABLE` */
  read<Answer>(ask: (store: SessionStore) => Promise<Answer>): Promise<Answer>
  /** For what changes something: of a change without an answer nobody knows whether it was made. @throws `ERR_STORE_UNAVAILABLE` */
  change<Answer>(ask: (store: SessionStore) => Promise<Answer>): Promise<Answer>
}

const NOTHING_CHANGED = 'Nobody was signed out, and nothing was changed.'

/** Milliseconds before the end of its time at which a store that waits gives up, so that the error has its cause. */
const LEFT_TO_SAY_WHY = 20

export function createAskingStore(store: SessionStore, timeoutSeconds: number, onUnavailable: () => void): AskingStore {
  const unavailable = (what: string, effect: string, cause?: Error): SessionError => {
    onUnavailable()
    return new SessionError(
      'ERR_STORE_UNAVAILABLE',
      `The ${store.name} store of sessions ${what}. ${effect} Answer 503, and the visitor may try again.`,
      { kind: 'system', cause },
    )
  }
  const patience = timeoutSeconds * 1000 - LEFT_TO_SAY_WHY
  const asked: SessionStore = {
    name: store.name,
    find: (id) => store.find(id, patience),
    insert: (id, session, now) => store.insert(id, session, now, patience),
    update: (id, change, now) => store.update(id, change, now, patience),
    delete: (id) => store.delete(id, patience),
  }
  const questions = new OpenQuestions()
  // Every request pays for this: one promise and one timer, where Promise.race would take six promises.
  const ask = <Answer>(question: (store: SessionStore) => Promise<Answer>, effect: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (questions.areMany) {
        reject(unavailable(`was not asked: ${questions.count} questions are waiting for its answer`, NOTHING_CHANGED))
        return
      }
      questions.begin()
      let late: LateQuestion | undefined
      const timer = setTimeout(() => {
        late = questions.late()
        reject(unavailable(`did not answer within ${timeoutSeconds} s`, effect))
      }, timeoutSeconds * 1000)
      const answered = (answer: Answer): void => {
        clearTimeout(timer)
        questions.end(late)
        resolve(answer)
      }
      const failed = (cause: unknown): void => {
        clearTimeout(timer)
        questions.end(late)
        // What fails after its time has been told already.
        if (late !== undefined) return
        reject(cause instanceof SessionError ? cause : unavailable('failed', effect, reducedError(cause)))
      }
      try {
        Promise.resolve(question(asked)).then(answered, failed)
      } catch (error) {
        failed(error) // before it gave a promise
      }
    })
  return {
    read: (question) => ask(question, NOTHING_CHANGED),
    change: (question) => ask(question, 'Whether the session was written is not known; its cookie is left as it is.'),
  }
}
