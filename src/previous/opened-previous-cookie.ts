import type { RefusedReason } from '../errors.ts'

/** What of the request may decide whether a previous cookie counts. */
export interface PreviousCookieRequest {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The different values that the Cookie header has for `name`, as they stand there; at most 17. */
  readonly cookies: (name: string) => readonly string[]
}

/** What a previous cookie turned out to be. */
export type OpenedPreviousCookie =
  | {
      readonly ok: true
      /** The session's data, as JSON keeps it. `schema` and `migrate` see it, the guard does not. */
      readonly data: object
      /** Milliseconds since 1970: when the session began, or the earliest that one can tell. Default: now. */
      readonly created?: number | undefined
      /** Milliseconds since 1970: when the cookie ends by itself. The session does not last longer, until it is renewed. */
      readonly expires?: number | undefined
      /** Whether it outlives the browser. Default: as new sessions do. */
      readonly persistent?: boolean | undefined
    }
  | { readonly ok: false; readonly reason: RefusedReason }
