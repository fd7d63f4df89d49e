import type { RefusedReason } from '../errors.ts'
import type { SessionRecord } from '../session/host.ts'

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
  /** The exact length of the value when the session's JSON has `jsonBytes` bytes. */
  sealedLength(jsonBytes: number): number
}
