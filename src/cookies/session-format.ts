import type { RefusedReason } from '../errors.ts'
import type { OpeningCost } from '../sealing/sealer.ts'
import type { Json } from '../serializers/serializer.ts'
import type { SessionRecord } from '../session/host.ts'
import type { Lifetime } from '../session/lifetime.ts'
import type { CookieSealers } from './jar-sealers.ts'

/** What a cookie's value turned out to be. */
export type OpenedSession =
  | {
      readonly ok: true
      readonly record: SessionRecord
      /** The place in the ring of the secret that sealed it; above 0 it is a previous one. */
      readonly secret: number
      /** 8 hexadecimal characters that name the secret without telling it. */
      readonly keyId: string
    }
  | { readonly ok: false; readonly reason: RefusedReason }

/** How a session becomes the value of a cookie of one name, and back. */
export interface SessionFormat {
  readonly name: string
  /** The value as it stands in the header. */
  seal(record: SessionRecord): string
  /** Never throws, whatever the value is. Timeouts are not looked at here. */
  open(value: string): OpenedSession
  /** What that would take. Left out where nobody can tell without opening. */
  readonly cost?: ((value: string) => OpeningCost) | undefined
  /** The exact length of the value when the session's JSON has `jsonBytes` bytes. */
  sealedLength(jsonBytes: number): number
  /** The bytes of UTF-8 that a value's JSON takes under `key`; of a key's own name where `key` is left out. */
  jsonBytes(value: Json, key?: string): number
  /** What to add to the message of an overflow, where somebody else counts differently. */
  sizeNote?(jsonBytes: number): string
}

/** What `createSessions` takes as `format`: how the sessions and the jar of an application are written. */
export interface CookieFormat {
  readonly name: string
  /** Timeouts that the format itself carries, in place of `idleTimeout` and `absoluteTimeout`. */
  readonly lifetime?: Lifetime | undefined
  /** Why no single session can be asked to outlive the browser, or not to: all do that have a `lifetime` here, else none. */
  readonly persistence?: string | undefined
  /** How the text of a cookie that is neither signed nor encrypted is decoded. Default: percent-encoding. */
  readonly plainValue?: ((text: string) => string) | undefined
  /** @param clock milliseconds since 1970 */
  session(cookieName: string, clock: () => number): SessionFormat
  sealers(clock: () => number): (cookieName: string) => CookieSealers
}
