import type { UserSessionRegistry } from '../../src/identity/index.ts'

type Verb = {
  [Name in keyof UserSessionRegistry]: UserSessionRegistry[Name] extends (...args: never[]) => Promise<unknown>
    ? Name
    : never
}[keyof UserSessionRegistry]

/** Where a call of the registry is held: before it is made, or with its answer, before whoever asked gets it. */
type Place = 'before' | 'after'

/** A call that has come to the barrier and waits. */
export interface Held {
  readonly arrived: Promise<void>
  release(): void
}

/** A real registry in whose calls a test can stop, to choose what happens in between. */
export class BarrierRegistry {
  readonly registry: UserSessionRegistry
  readonly calls: Verb[] = []
  readonly #barriers: { verb: Verb; place: Place; arrive: () => void; opened: Promise<void> }[] = []

  constructor(inner: UserSessionRegistry) {
    this.registry = new Proxy(inner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        const verb = name as Verb // as: the functions of a registry are its verbs
        return async (...args: unknown[]): Promise<unknown> => {
          this.calls.push(verb)
          await this.#wait(verb, 'before')
          const answer: unknown = await Reflect.apply(value, target, args)
          await this.#wait(verb, 'after')
          return answer
        }
      },
    })
  }

  /** The next call of `verb` waits until it is released. */
  hold(verb: Verb, place: Place): Held {
    const arrival = Promise.withResolvers<void>()
    const opening = Promise.withResolvers<void>()
    this.#barriers.push({ verb, place, arrive: arrival.resolve, opened: opening.promise })
    return { arrived: arrival.promise, release: opening.resolve }
  }

  async #wait(verb: Verb, place: Place): Promise<void> {
    const at = this.#barriers.findIndex((barrier) => barrier.verb === verb && barrier.place === place)
    const [barrier] = at < 0 ? [] : this.#barriers.splice(at, 1)
    barrier?.arrive()
    await barrier?.opened
  }
}
