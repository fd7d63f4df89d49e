import type { RequestListener } from 'node:http'
import type { DeviceIdentity } from '../../src/identity/index.ts'
import type { Sessions } from '../../src/index.ts'

/** What sessions hold in the applications of these tests. */
export interface Data {
  userId: number
  visits: number
  note: string
  cart: { id: number; qty: number }[]
}

export interface User {
  readonly id: number
  readonly name: string
}

/**
 * What a verb of `Call` gave. A handler gives it back, or a promise of it; only the framework's own file knows what it is.
 */
export type Sent = unknown

/** A request and its answer, as a handler sees them that knows no framework. */
export interface Call {
  /** What this framework's handlers hand to `sessions.of`. */
  readonly request: object
  /** The session where the framework has a place of its own for it, as `req.session`. */
  readonly ownSession?: unknown
  /** Puts something else there. */
  setOwnSession?(value: unknown): void
  /** A header of the request. */
  header(name: string): string | undefined
  /** The body of the request. */
  body(): Promise<string>
  /** For the answer that follows. */
  setHeader(name: string, value: string): void
  /** A cookie of the application's own, beside any others. */
  addCookie(line: string): void
  text(body: string, status?: number): Sent
  json(value: unknown): Sent
  /** 303, to a path of this server. */
  redirect(path: string): Sent
  /** An answer without a body. */
  empty(status: 204 | 304): Sent
  /** 204, with the very Response or headers that the application made once and gives to everybody; they set cookies `a` and `b`. */
  preset(): Sent
  stream(chunks: AsyncIterable<string>): Sent
}

export type Handler = (call: Call) => Sent

/** Lets in by `requireUser`. */
export interface Admission {
  readonly identity: DeviceIdentity<number, User>
  readonly signInPath?: string
  /** The application answers whom it does not let in, with this status and text. */
  readonly inOwnWords?: (denial: { status: number; because?: string | undefined }) => string
}

/** An application, without the framework that it is written in. */
export interface App {
  /** Brought by the framework's middleware, in this order. */
  readonly sessions: readonly Sessions<Data>[]
  /** By path, for every method. */
  readonly routes?: Readonly<Record<string, Handler>>
  /** Routes that only signed-in users get to. */
  readonly members?: { readonly admission: Admission; readonly routes: Readonly<Record<string, Handler>> }
  /** Applications of their own below a path. */
  readonly mounted?: Readonly<Record<string, App>>
  /** Answers for handlers that threw, instead of the framework's own page. */
  readonly errorPage?: (call: Call, error: unknown) => Sent
  /** Whether the framework is told to believe `X-Forwarded-Proto`. */
  readonly trustsProxy?: boolean
}

/** A framework: how an application is written in it. */
export interface Framework {
  readonly name: string
  readonly protocol: 'HTTP/1.1' | 'HTTP/2'
  /** Scenarios that cannot be here, by their sentence, and why. */
  readonly cannot?: Readonly<Record<string, string>>
  /** What a server of Node calls for each request. */
  readonly mount: (app: App) => RequestListener | Promise<RequestListener>
}
