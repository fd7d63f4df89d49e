import { isBytes } from '../bytes.ts'
import { SessionError, type RefusedReason } from '../errors.ts'
import type { RailsDigest } from './key-generator.ts'

/** A key, as `KeyGenerator` makes them, or text, which is taken as its UTF-8 bytes and never decoded. */
export type MessageSecret = Uint8Array | string

/** What reading a message gives. Rails raises or gives nil; here a message that is not accepted is a value, too. */
export type ReadMessage =
  | {
      readonly ok: true
      readonly value: unknown
      /** Whether a rotation read it, and not the current secret and options. */
      readonly rotated: boolean
    }
  | { readonly ok: false; readonly reason: RefusedReason }

export interface ReadOptions {
  /** What the message must be for. Without it, one that is for nothing in particular. */
  readonly purpose?: string | undefined
  /** Called when a rotation read the message. Wins over the constructor's. */
  readonly onRotation?: (() => void) | undefined
}

/** @throws `ERR_SECRET` */
export function secretBytes(secret: MessageSecret, what: string, length?: number): Buffer {
  if (typeof secret !== 'string' && !isBytes(secret)) {
    throw new SessionError('ERR_SECRET', `${what} is ${typeof secret}, expected bytes or text.`)
  }
  const bytes = Buffer.from(secret)
  if (bytes.length === 0) throw new SessionError('ERR_SECRET', `${what} is empty.`)
  if (length !== undefined && bytes.length !== length) {
    throw new SessionError('ERR_SECRET', `${what} has ${bytes.length} bytes, ${length} are needed.`)
  }
  return bytes
}

const DIGESTS: readonly string[] = ['SHA1', 'SHA256', 'SHA384', 'SHA512'] satisfies RailsDigest[]

/** @throws `ERR_OPTIONS` */
export function checkDigest(digest: RailsDigest): RailsDigest {
  if (DIGESTS.includes(digest)) return digest
  throw new SessionError('ERR_OPTIONS', `digest is ${JSON.stringify(digest)}, expected one of ${DIGESTS.join(', ')}.`)
}
