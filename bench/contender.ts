import type { SessionData } from './session.ts'

/**
 * One way to turn a session into the value of a cookie and back. JSON is part of both directions for everybody.
 *
 * `sealing` and `opening` do what an application does once, or what it has in hand anyway when a request seals or
 * opens, and give the part that every request pays. That part is timed; when it gives a promise, it is awaited before
 * the next one begins, as in a request.
 */
export interface Contender {
  readonly name: string
  readonly version: string
  readonly protection: 'encrypted' | 'signed'
  sealing(session: SessionData): Step<string>
  opening(text: string): Step<unknown>
  /** The session in what opening gave, to see that it came back whole. */
  session(opened: unknown): unknown
  /** The values that the browser keeps for a sealed text, as they stand in Set-Cookie; the longest must fit. */
  cookies(text: string): readonly string[]
}

export type Step<Result> = () => Result | Promise<Result>
