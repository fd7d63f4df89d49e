import type { CommitHeaders } from '../exchange.ts'
import { AbandonedAnswer } from './abandoned-answer.ts'
import { HeldAnswer, isChunk, isEnd } from './held-answer.ts'
import { sendingOf, type NodeResponse, type Sending } from './node-response.ts'
import { addHeaders, forgetAnswer, setAll } from './response-headers.ts'

/** A session that the headers of a response wait for. */
export interface Committing {
  readonly exchange: { commit(): CommitHeaders | Promise<CommitHeaders> }
  /** Answers where its store did not, on a response that is fresh again. */
  readonly failed: (error: unknown) => unknown
}

/**
 * Has the session committed by the first thing that makes the headers of `response` leave: `writeHead`, `write`, `end`,
 * `flushHeaders` or a pipe. Where the commit is a promise, what the application sends is held, and leaves in order when the
 * promise is fulfilled; if it is rejected, nothing of it does.
 */
export function commitBeforeHeaders(response: NodeResponse, committing: Committing): void {
  const { committings } = committedResponseOf(response)
  // An application that is mounted in another one may bring the middleware twice.
  if (!committings.some(({ exchange }) => exchange === committing.exchange)) committings.unshift(committing)
}

const COMMITTED: unique symbol = Symbol('sessions that this response commits')

function committedResponseOf(response: NodeResponse & { [COMMITTED]?: CommittedResponse }): CommittedResponse {
  // As Node keeps what it knows of a response: defining a hidden property costs more than all of this file.
  return (response[COMMITTED] ??= new CommittedResponse(response))
}

interface Head {
  readonly status: number
  /** What else `writeHead` was given. */
  readonly rest: readonly unknown[]
}

interface Failure {
  readonly error: unknown
  readonly failed: Committing['failed']
}

class CommittedResponse {
  /** The last that came is the first. */
  readonly committings: Committing[] = []
  readonly #response: NodeResponse
  /** As they were: Node's own, or those of a middleware that wrapped them before. */
  readonly #methods: Sending
  #commits: CommitHeaders[] | undefined
  #failure: Failure | undefined
  /** Fulfilled when every store has answered, one way or the other. */
  #answers: Promise<unknown> | undefined
  #isSent = false
  /** Who takes what the application sends, where it is not Node. */
  #taker: HeldAnswer | AbandonedAnswer | undefined
  /** Whether `writeHead` is called for something that needs headers, as Node calls it. */
  #isImplicit = false
  /** What whoever wrapped `writeHead` has seen, and Node has not. */
  #head: Head | undefined

  constructor(response: NodeResponse) {
    this.#response = response
    const sending = sendingOf(response)
    const { writeHead, write, end, flushHeaders, on } = sending
    this.#methods = { writeHead, write, end, flushHeaders, on }
    sending.writeHead = this.#writeHead
    sending.write = this.#write
    sending.end = this.#end
    sending.flushHeaders = this.#flushHeaders
  }

  readonly #writeHead: Sending['writeHead'] = (status, ...rest) => {
    if (this.#isSent) return this.#methods.writeHead.call(this.#response, status, ...rest)
    if (this.#taker === undefined) {
      this.#commit()
      if (this.#answers !== undefined) this.#hold({ status, rest })
      else if (this.#isImplicit) this.#head = { status, rest }
      else this.#send(this.#head ?? { status, rest })
    } else this.#taker.take('writeHead', rest)
    return this.#response
  }

  readonly #write: Sending['write'] = (...args) => {
    if (this.#needsHeaders && isChunk(args[0])) this.#begin()
    return this.#taker === undefined ? this.#pass(this.#methods.write, args) : this.#taker.take('write', args)
  }

  readonly #end: Sending['end'] = (...args) => {
    if (this.#needsHeaders && isEnd(args[0])) this.#begin()
    if (this.#taker === undefined) return this.#pass(this.#methods.end, args)
    this.#taker.take('end', args)
    return this.#response
  }

  readonly #flushHeaders: Sending['flushHeaders'] = () => {
    if (this.#needsHeaders) this.#begin()
    if (this.#taker === undefined) this.#pass(this.#methods.flushHeaders, [])
    else this.#taker.take('flushHeaders', [])
  }

  get #needsHeaders(): boolean {
    return !this.#isSent && this.#taker === undefined && this.#head === undefined
  }

  /**
   * Asks for the headers before Node does, because Node cannot be stopped halfway through `end`. Where there is nothing to
   * wait for, it asks again by itself and they leave then: only so does a lone `end(body)` get its Content-Length.
   */
  #begin(): void {
    const sending = sendingOf(this.#response)
    this.#isImplicit = true
    try {
      sending.writeHead(this.#response.statusCode)
    } finally {
      this.#isImplicit = false
    }
    // Whoever wrapped it has had their turn, and expect no other.
    if (this.#head !== undefined) sending.writeHead = this.#writeHead
  }

  #pass<Result>(method: (...args: unknown[]) => Result, args: unknown[]): Result {
    try {
      return method.apply(this.#response, args)
    } finally {
      this.#head = undefined // where Node refused it, the error page has a head of its own
    }
  }

  #commit(): void {
    if (this.#commits !== undefined) return
    const commits: CommitHeaders[] = []
    this.#commits = commits // before anything can throw: the error page leaves without asking again
    const answers: Promise<unknown>[] = []
    try {
      for (const { exchange, failed } of this.committings) {
        const commit = exchange.commit()
        if (commit instanceof Promise) answers.push(this.#answerTo(commit, commits, failed))
        else commits.push(commit)
      }
    } finally {
      if (answers.length > 0) this.#answers = Promise.all(answers)
    }
  }

  /** Fulfilled, whatever happens. */
  async #answerTo(
    commit: Promise<CommitHeaders>,
    commits: CommitHeaders[],
    failed: Committing['failed'],
  ): Promise<void> {
    try {
      commits.push(await commit)
    } catch (error) {
      this.#failure ??= { error, failed }
    }
  }

  #send({ status, rest }: Head): void {
    const response = this.#response
    const { writeHead } = this.#methods
    const commits = this.#commits ?? []
    this.#isSent = true
    if (commits.some(({ vary }) => vary)) {
      // Headers given to writeHead replace those set before it, ours included: so they are set first, and ours added.
      setGiven(response, rest)
      for (const commit of commits) addHeaders(response, commit)
      writeHead.call(response, status, ...reasonIn(rest))
    } else writeHead.call(response, status, ...rest)
  }

  #hold({ status, rest }: Head): void {
    const response = this.#response
    setGiven(response, rest)
    response.statusCode = status
    const held = new HeldAnswer(response)
    this.#taker = held
    this.#head = { status, rest: reasonIn(rest) }
    void this.#settle(held, this.#head, this.#isImplicit)
  }

  async #settle(held: HeldAnswer, head: Head, isImplicit: boolean): Promise<void> {
    await this.#answers
    this.#answers = undefined
    held.unveil()
    if (this.#failure === undefined) this.#release(held, head, isImplicit)
    else this.#drop(held, this.#failure)
  }

  /** Sends what was held, as if the application did so now. */
  #release(held: HeldAnswer, head: Head, isImplicit: boolean): void {
    const response = this.#response
    let isFlowing = true
    this.#taker = undefined
    try {
      response.statusCode = head.status // may have been set since, which would have had no effect
      if (!isImplicit) this.#send(head)
      for (const [method, args] of held.calls) {
        const result = this.#pass(this.#methods[method], args)
        if (method === 'write') isFlowing = result !== false
      }
    } catch (error) {
      // What Node would have said at once, of a status that is none for example: it goes where the handler's errors go.
      if (response.headersSent) response.destroy()
      else this.#drop(held, { error, failed: (refused) => this.committings[0]?.failed(refused) })
      return
    }
    // `write` said false, and whoever now says so again calls the writer by themselves.
    if (held.isAwaited && isFlowing) process.nextTick(() => this.#emitDrain())
  }

  /** To where `on` puts its listeners. With `compression` that is not the response. */
  #emitDrain(): void {
    const emitter = this.#methods.on.call(this.#response, 'drain', noop)
    emitter.off('drain', noop)
    emitter.emit('drain')
  }

  #drop(held: HeldAnswer, { error, failed }: Failure): void {
    const response = this.#response
    forgetAnswer(response)
    // What another store has acknowledged is true whatever is answered.
    for (const commit of this.#commits ?? []) addHeaders(response, commit)
    const abandoned = new AbandonedAnswer(response, error, held.wasEnded)
    for (const [method, args] of held.calls) abandoned.take(method, args)
    this.#taker = abandoned
    abandoned.replace(this.#methods, () => failed(error))
  }
}

function noop(): void {}

/** Sets the headers that `writeHead` was given, after the status and perhaps a reason. */
function setGiven(response: NodeResponse, rest: readonly unknown[]): void {
  const headers = rest.findLast((argument) => typeof argument === 'object' && argument !== null)
  if (headers !== undefined) setAll(response, headers)
}

function reasonIn([reason]: readonly unknown[]): string[] {
  return typeof reason === 'string' ? [reason] : []
}
