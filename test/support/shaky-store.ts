import type { SessionStore } from '../../src/stores/store.ts'
import { Barrier, type Held } from './barrier.ts'

type Verb = 'find' | 'insert' | 'update' | 'delete'

/** A real store that works until the test says otherwise, and answers as late as the test likes. */
export class ShakyStore {
  readonly store: SessionStore
  readonly #barrier: Barrier<SessionStore>
  #failure: Error | undefined

  constructor(inner: SessionStore) {
    this.#barrier = new Barrier(inner)
    this.store = new Proxy(this.#barrier.target, {
      get: (target, verb) => {
        const value: unknown = Reflect.get(target, verb)
        const failure = this.#failure
        return failure === undefined || typeof value !== 'function' ? value : () => Promise.reject(failure)
      },
    })
  }

  /** From now on every question is answered with `failure`; with `undefined`, as before. */
  fail(failure: Error | undefined): void {
    this.#failure = failure
  }

  /** See `Barrier`. */
  hold(verb: Verb, place: 'before' | 'after'): Held {
    return this.#barrier.hold(verb, place)
  }
}
