import type { CommitHeaders } from '../exchange.ts'
import { abandonAnswer, type AbandonedAnswer } from './abandoned-answer.ts'
import { answerInstead, endFailed, tellFailure, type Telling } from './failed-answer.ts'
import { accepts, HeldAnswer } from './held-answer.ts'
import { sendingOf, type NodeResponse, type Sending } from './node-response.ts'
import { addHeaders, forgetAnswer, setAll } from './response-headers.ts'
import { assertHead, type Head } from './response-head.ts'

/** A session that the headers of a response wait for. */
export interface Committing {
  readonly exchange: Telling & { commit(): CommitHeaders | Promise<CommitHeaders> }
  /** Answers where its store did not, on a response that is fresh again. */
  readonly failed: (error: unknown) => unknown
}

/**
 * Has the session committed by the first thing that makes the headers of `response` leave: `writeHead`, `write`, `end`,
 * `flushHeaders` or a pipe. Where the commit is a promise, what the application sends is held, and leaves in order when the
 * promise is fulfilled; if it is rejected, nothing of it does. Where they have left already, the session is committed at once.
 */
export function commitBeforeHeaders(
  response: NodeResponse & { [COMMITTED]?: CommittedResponse },
  committing: Committing,
): void {
  if (response.headersSent) {
    // Nothing of it can be sent any more, and from here on every write has to say so.
    const commit = committing.exchange.commit()
    if (commit instanceof Promise) commit.catch(() => {}) // the operator hears of it by an event
    return
  }
  // As Node keeps what it knows of a response: defining a hidden property costs more than all of this file.
  const { committings } = (response[COMMITTED] ??= new CommittedResponse(response))
  // An application that is mounted in another one may bring the middleware twice.
  if (!committings.some(({ exchange }) => exchange === committing.exchange)) committings.unshift(committing)
}

const COMMITTED: unique symbol = Symbol('sessions')

/** A response that has passed through here. */
interface Held {
  readonly [COMMITTED]: CommittedResponse
}

// The same functions for all responses, as Node's own are: with some for each, V8 would look them up at every call.

function sendHead(this: Held, ...head: unknown[]): unknown {
  return this[COMMITTED].writeHead(head)
}

function sendChunk(this: Held, ...args: unknown[]): unknown {
  return this[COMMITTED].call('write', args)
}

function sendEnd(this: Held, ...args: unknown[]): unknown {
  return this[COMMITTED].call('end', args)
}

function sendHeaders(this: Held, ...args: unknown[]): unknown {
  return this[COMMITTED].call('flushHeaders', args)
}

/** Of a response that needs no headers of ours. */
const NO_COMMITS: readonly CommitHeaders[] = []

type Failure = readonly [error: unknown, of: Committing]

class CommittedResponse {
  /** The last that came is the first. */
  readonly committings: Committing[] = []
  readonly #response: NodeResponse
  /** As they were: Node's own, or those of a middleware that wrapped them before. */
  readonly #methods: Sending
  #isAsked = false
  #commits: readonly CommitHeaders[] = NO_COMMITS
  #failure: Failure | undefined
  /** How many stores have not answered yet. */
  #waiting = 0
  #isSent = false
  /** Who takes what the application sends, where it is not Node. */
  #taker: HeldAnswer | AbandonedAnswer | undefined
  /** Whether `writeHead` is called for something that needs headers, as Node calls it. */
  #isImplicit = false
  /** What the application sends while a store has not answered, and whether Node asked for its head. */
  #held: HeldAnswer | undefined
  #isHeadImplicit = false
  /** What whoever wrapped `writeHead` has seen, and Node has not. */
  #head: Head | undefined

  constructor(response: NodeResponse) {
    this.#response = response
    const sending = sendingOf(response)
    const { writeHead, write, end, flushHeaders, on } = sending
    this.#methods = { writeHead, write, end, flushHeaders, on }
    sending.writeHead = sendHead
    sending.write = sendChunk
    sending.end = sendEnd
    sending.flushHeaders = sendHeaders
  }

  writeHead(head: Head): unknown {
    if (this.#taker !== undefined) return this.#taker.take('writeHead', head)
    if (this.#hasLeft) return this.#methods.writeHead.apply(this.#response, head)
    this.#commit()
    if (this.#waiting > 0) this.#hold(head)
    else if (this.#isImplicit) this.#head = head
    else this.#send(this.#head ?? head)
    return this.#response
  }

  call(method: 'write' | 'end' | 'flushHeaders', args: unknown[]): unknown {
    if (!this.#hasLeft && this.#taker === undefined && this.#head === undefined && accepts(method, args)) this.#begin()
    return this.#taker === undefined ? this.#pass(method, args) : this.#taker.take(method, args)
  }

  /** Whether there is nothing more to decide. Headers may have left before the session came. */
  get #hasLeft(): boolean {
    return this.#isSent || this.#response.headersSent
  }

  /**
   * Asks for the headers before Node does, because Node cannot be stopped halfway through `end`. Where there is nothing to
   * wait for, it asks again by itself and they leave then: only so does a lone `end(body)` get its Content-Length.
   */
  #begin(): void {
    const sending = sendingOf(this.#response)
    if (sending.writeHead === sendHead) {
      // Nobody wrapped it, so nobody has to be asked: the usual case, and every request would pay for the other one.
      this.#commit()
      if (this.#waiting === 0) {
        this.#isSent = true
        this.#add()
        return
      }
    }
    this.#isImplicit = true
    try {
      sending.writeHead(this.#response.statusCode)
    } finally {
      this.#isImplicit = false
    }
    // Whoever wrapped it has had their turn, and expect no other.
    if (this.#head !== undefined) sending.writeHead = sendHead
  }

  #pass(method: 'write' | 'end' | 'flushHeaders', args: unknown[]): unknown {
    try {
      return this.#methods[method].apply(this.#response, args)
    } finally {
      this.#head = undefined // where Node refused it, the error page has a head of its own
    }
  }

  #commit(): void {
    if (this.#isAsked) return
    this.#isAsked = true // before anything can throw: the error page leaves without asking again
    for (const committing of this.committings) {
      const commit = committing.exchange.commit()
      if (commit instanceof Promise) void this.#waitFor(commit, committing)
      else if (commit.vary) this.#commits = [...this.#commits, commit]
    }
  }

  async #waitFor(commit: Promise<CommitHeaders>, committing: Committing): Promise<void> {
    this.#waiting++
    try {
      const headers = await commit
      this.#commits = [...this.#commits, headers]
    } catch (error) {
      this.#failure = [error, committing]
    }
    this.#answered()
  }

  /** Goes on when every store has answered, one way or the other. */
  #answered(): void {
    this.#waiting--
    if (this.#waiting > 0 || this.#held === undefined) return
    this.#held.unveil()
    if (this.#failure === undefined) this.#release(this.#held)
    else this.#drop(this.#held, this.#failure)
  }

  #send(head: Head): void {
    const response = this.#response
    this.#isSent = true
    let rest = head
    if (this.#commits.length > 0) {
      // Headers given to writeHead replace those set before it, ours included: so they are set first, and ours added.
      rest = setGiven(response, head)
      this.#add()
    }
    this.#methods.writeHead.apply(response, rest)
  }

  #add(): void {
    for (const commit of this.#commits) addHeaders(this.#response, commit)
  }

  #hold(given: Head): void {
    const response = this.#response
    assertHead(response, given)
    const head = setGiven(response, given)
    response.statusCode = Number(head[0])
    const held = new HeldAnswer(response)
    this.#taker = held
    this.#held = held
    this.#isHeadImplicit = this.#isImplicit
    this.#head = head
  }

  /** Sends what was held, as if the application did so now. */
  #release(held: HeldAnswer): void {
    const response = this.#response
    let isFlowing = true
    this.#taker = undefined
    try {
      if (this.#isHeadImplicit) {
        // As `#begin` does it. Node asks for its head again, and what stands in for a response in tests may not.
        response.statusCode = Number(this.#head?.[0])
        this.#isSent = true
        this.#add()
      } else if (this.#head !== undefined) {
        this.#send(this.#head)
      }
      for (const [method, args] of held.calls) {
        const result = this.#pass(method, args)
        if (method === 'write') isFlowing = result !== false
      }
    } catch (error) {
      // What Node would have said at once: it goes where the handler's errors go.
      const [committing] = this.committings
      if (committing !== undefined) this.#refuse(held, [error, committing])
      return
    }
    for (const listener of held.waiting) response.on('drain', listener)
    if (!held.has('end')) process.nextTick(wake, response, this.#methods.on, held.has('write') && isFlowing)
  }

  /** What Node does not take of an answer that was held. */
  #refuse(held: HeldAnswer, [error, committing]: Failure): void {
    if (this.#response.headersSent) {
      endFailed(this.#response, committing.exchange, error)
    } else {
      tellFailure(committing.exchange, error)
      this.#drop(held, [error, committing])
    }
  }

  #drop(held: HeldAnswer, [error, committing]: Failure): void {
    const response = this.#response
    forgetAnswer(response)
    // What another store has acknowledged is true whatever is answered.
    this.#add()
    const abandoned = abandonAnswer(response, error)
    for (const listener of held.waiting) abandoned.tell(listener)
    for (const [method, args] of held.calls) abandoned.take(method, args)
    this.#taker = abandoned
    const answer = (): unknown => answerInstead(response, committing.exchange, () => committing.failed(error))
    abandoned.replace(this.#methods, held.has('end'), answer)
  }
}

/** Wakes who was told to wait, and whom nobody else will wake. */
function wake(response: NodeResponse, on: Sending['on'], isOurs: boolean): void {
  // Where listeners are put: with `compression`, that is not the response.
  const inner = on.call(response, 'drain', noop)
  const outer = sendingOf(response).on('drain', noop)
  if (isOurs) inner.emit('drain')
  if (outer !== inner) outer.emit('drain') // it may have drained while nobody could hear it
}

function noop(): void {}

/** Sets the headers among the arguments of `writeHead`, and gives the others. */
function setGiven(response: NodeResponse, head: Head): Head {
  if (head.length === 1) return head
  const headers = head.findLast((argument) => typeof argument === 'object' && argument !== null)
  if (headers !== undefined) setAll(response, headers)
  return head.filter((argument) => typeof argument !== 'object')
}
