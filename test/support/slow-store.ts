import { EventEmitter, once } from 'node:events'
import {
  createSessions,
  SessionError,
  type CommitHeaders,
  type Exchange,
  type RequestFacts,
  type Sessions,
} from '../../src/index.ts'
import { commitNow } from './commit-now.ts'
import { SECRET } from './visitor.ts'

export interface Data {
  visits: number
}

/** Something that a store was asked, and that the test answers when it likes. */
export interface Question {
  fulfil(): void
  fail(error?: unknown): void
}

const outage = (): SessionError =>
  new SessionError('ERR_STORE_UNAVAILABLE', 'The store did not answer.', { kind: 'system' })

/**
 * Sessions that are in the cookie, and behave as if a store had to be asked for them: `load` and `commit` give promises that
 * the test settles.
 */
export class SlowStore {
  readonly sessions: Sessions<Data>
  /** How often each was asked. */
  readonly count = { load: 0, commit: 0 }
  readonly #asked = new EventEmitter()
  readonly #open: { load: Question[]; commit: Question[] } = { load: [], commit: [] }

  constructor({ name = 'session', loads = false, commits = true } = {}) {
    const real = createSessions<Data>({ name, secrets: [SECRET] })
    const begun = new WeakMap<object, Exchange<Data>>()
    this.sessions = {
      ...real,
      begin: (request, facts) => {
        const known = begun.get(request)
        if (known !== undefined) return known
        const told: RequestFacts = {
          cookieHeader: facts.cookieHeader,
          isSecure: () => facts.isSecure(),
          onUse: () => facts.onUse?.(exchange),
        }
        const exchange: Exchange<Data> = this.#exchange(real.begin(request, told), loads, commits)
        begun.set(request, exchange)
        return exchange
      },
    }
  }

  #exchange(real: Exchange<Data>, loads: boolean, commits: boolean): Exchange<Data> {
    let loaded: Promise<void> | undefined
    let isAsked = false
    return {
      get session() {
        return real.session
      },
      get jar() {
        return real.jar
      },
      tell: (event) => real.tell(event),
      load: () => {
        if (!loads) return undefined
        loaded ??= this.#ask('load')
        return loaded
      },
      commit: (): CommitHeaders | Promise<CommitHeaders> => {
        const headers = commitNow(real)
        const isFirst = !isAsked
        isAsked = true
        return commits && isFirst ? this.#ask('commit').then(() => headers) : headers
      },
    }
  }

  #ask(what: 'load' | 'commit'): Promise<void> {
    this.count[what]++
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#open[what].push({ fulfil: resolve, fail: (error = outage()) => reject(error) })
    this.#asked.emit(what)
    return promise
  }

  /** The next question, when it was asked. */
  async asked(what: 'load' | 'commit'): Promise<Question> {
    if (this.#open[what].length === 0) await once(this.#asked, what)
    const [question] = this.#open[what].splice(0, 1)
    if (question === undefined) throw new Error('an event without a question')
    return question
  }
}
