import type { Sessions, SessionsOptions } from '../../src/index.ts'
import type { SessionStore } from '../../src/stores/store.ts'
import { connectTo, type Answer, type HttpClient, type Origin, type Question } from '../support/http-client.ts'
import type { Data, Framework } from './app.ts'
import { World } from './world.ts'

/** What goes wrong around every request of a scenario. */
export type Trouble = 'a client leaves before the headers' | 'a client leaves in the body' | StoreTrouble

export type StoreTrouble =
  | 'a client leaves while the store is asked'
  | 'the store fails'
  | 'the store hangs'
  | 'the store fails and recovers'

/** Errors of clients, which a scenario that goes wrong may leave to nobody. */
export const ofClients = new WeakSet<object>()

/**
 * A world in which a scenario may end as it likes, but no process. Whoever is asked for is asked by somebody else first, who leaves
 * halfway; or the store does what stores in trouble do.
 */
export class UnrestWorld extends World {
  readonly #trouble: Trouble
  readonly #asked: (() => void)[]

  constructor(framework: Framework, store: SessionStore | undefined, trouble: Trouble) {
    const asked: (() => void)[] = []
    super(framework, store && troubled(store, trouble, () => asked.splice(0).forEach((leave) => leave())))
    this.#trouble = trouble
    this.#asked = asked
  }

  override createSessions(options: Partial<SessionsOptions<Data>> = {}): Sessions<Data> {
    return super.createSessions({ ...(this.store && { storeTimeout: '1s' }), ...options })
  }

  protected override clientOf(origin: Origin, maxSockets: number): HttpClient {
    const client = connectTo(origin, maxSockets)
    return {
      ask: async (path, question = {}) => {
        await this.#leave(client, path, question)
        return heardOf(client.ask(path, question))
      },
      close: () => client.close(),
    }
  }

  /** Asks the same in the place of somebody who leaves. */
  async #leave(client: HttpClient, path: string, question: Question): Promise<void> {
    if (!this.#trouble.startsWith('a client')) return
    const leaving = new AbortController()
    const leave = (): void => leaving.abort()
    if (this.#trouble === 'a client leaves while the store is asked') this.#asked.push(leave)
    if (this.#trouble === 'a client leaves before the headers') setTimeout(leave, 1)
    const enough = setTimeout(leave, 100)
    try {
      const { body } = await heardOf(client.ask(path, { ...question, signal: leaving.signal }))
      if (this.#trouble === 'a client leaves in the body') body.destroy()
      else body.resume()
    } catch {
      // It has left.
    }
    clearTimeout(enough)
    await new Promise(setImmediate)
  }
}

async function heardOf(answering: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await answering
    answer.body.on('error', (error) => ofClients.add(error))
    return answer
  } catch (error) {
    if (typeof error === 'object' && error !== null) ofClients.add(error)
    throw error
  }
}

/** The first questions are answered, so that there is something to lose. */
const ANSWERED = 2

function troubled(store: SessionStore, trouble: Trouble, onAsked: () => void): SessionStore {
  let count = 0
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]): unknown => {
        onAsked()
        count++
        if (count > ANSWERED && trouble === 'the store hangs') return new Promise(() => {})
        if (
          count > ANSWERED &&
          (trouble === 'the store fails' || (trouble === 'the store fails and recovers' && count % 2 === 1))
        )
          return Promise.reject(new Error('the store is away'))
        return Reflect.apply(value, target, args)
      }
    },
  })
}
