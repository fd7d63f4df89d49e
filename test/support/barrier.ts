/** The methods of something that is asked and answers later. */
type VerbOf<Target> = {
  [Name in keyof Target]: Target[Name] extends (...args: never[]) => Promise<unknown> ? Name : never
}[keyof Target]

/** Where a call is held: before it is made, or with its answer, before whoever asked gets it. */
type Place = 'before' | 'after'

/** A call that has come to the barrier and waits. */
export interface Held {
  readonly arrived: Promise<void>
  release(): void
}

/** A real registry or store in whose calls a test can stop, to choose what happens in between. */
export class Barrier<Target extends object> {
  /** The real one, with the barrier in front. */
  readonly target: Target
  readonly calls: VerbOf<Target>[] = []
  readonly #barriers: { verb: VerbOf<Target>; place: Place; arrive: () => void; opened: Promise<void> }[] = []

  constructor(inner: Target) {
    this.target = new Proxy(inner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        const verb = name as VerbOf<Target> // as: the functions of the target are its verbs
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
  hold(verb: VerbOf<Target>, place: Place): Held {
    const arrival = Promise.withResolvers<void>()
    const opening = Promise.withResolvers<void>()
    this.#barriers.push({ verb, place, arrive: arrival.resolve, opened: opening.promise })
    return { arrived: arrival.promise, release: opening.resolve }
  }

  async #wait(verb: VerbOf<Target>, place: Place): Promise<void> {
    const at = this.#barriers.findIndex((barrier) => barrier.verb === verb && barrier.place === place)
    const [barrier] = at < 0 ? [] : this.#barriers.splice(at, 1)
    barrier?.arrive()
    await barrier?.opened
  }
}
