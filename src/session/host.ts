import type { RefusedReason } from '../errors.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import type { GuardRules } from './guard.ts'
import type { Budget } from './ledger.ts'
import type { Lifetime } from './lifetime.ts'

/** A session at rest: what is sealed into a cookie, or kept in a store. `data` holds the flash under `flash`. */
export interface SessionRecord {
  /** 32 hexadecimal characters, 128 random bits. */
  readonly id: string
  /** Whole seconds since 1970. */
  readonly created: number
  /** Whole seconds since 1970: when it was last written. */
  readonly slid: number
  readonly persistent: boolean
  readonly data: JsonObject
  /**
   * The text of each key's JSON as it came, in the order that it came in; `undefined` where the value was changed since.
   * Only formats have it that give back what nobody touched byte for byte; it is found when somebody asks.
   */
  readonly texts?: (() => ReadonlyMap<string, string | undefined>) | undefined
  /**
   * What it was when it came from a cookie that another application writes as well; no key of it is ours alone. Formats have it
   * that give back what nobody touched, and what they write again is theirs.
   */
  readonly original?: Original | undefined
  /** Milliseconds since 1970: when the cookie that it came in ends by itself. Only formats have it that say so. */
  readonly expiresAt?: number | undefined
}

/** A session as it came, whatever was changed since. */
export interface Original {
  /** The text of each key's JSON. */
  readonly texts: () => ReadonlyMap<string, string | undefined>
}

/** What a request's cookie turned out to hold. */
export type Loaded =
  | {
      readonly record: SessionRecord
      /** It was sealed by a previous secret or format, so it is written again by the current one. */
      readonly stale: boolean
      /** Its data went through `migrate` and differs from what the cookie holds. */
      readonly migrated: boolean
    }
  | {
      readonly record: undefined
      readonly refused: RefusedReason
      /** Of `duplicate`, the claims of all sessions that the request brought: who signs out is signed out of each. */
      readonly rivals?: readonly JsonObject[] | undefined
    }

/** Where the session of one request comes from, and what it may weigh. */
export interface SessionSource {
  load(): Loaded
  readonly budget: Budget
}

/** What all sessions of an application need from outside. They know no cookie, no key and no clock of their own. */
export interface SessionHost {
  /** Whole seconds since 1970. */
  now(): number
  /** @param former the session whose place the new one takes */
  newId(former?: string): string
  readonly rules: GuardRules
  readonly lifetime: Lifetime
  /** Whether new sessions outlive the browser. */
  readonly persistent: boolean
  /** Why they all are as `persistent` says, where the cookie cannot say it of one. */
  readonly persistence: string | undefined
  /**
   * Ends what the claims of a session stand for that `reset()` or `destroy()` ended, before the response says so, and gives what
   * there is to wait for. `undefined` where nobody keeps a record.
   */
  readonly endClaims: ((claims: JsonObject) => readonly Promise<unknown>[]) | undefined
  /** Told which line wrote after the headers had left: in a listener nobody catches what it throws, and the process ends. */
  readonly onSent: (line: string | undefined) => void
}
