import { isBytes } from '../bytes.ts'
import { clockOf } from '../clock.ts'
import { SessionError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { expiry, messageCodec, type MessageMetadata, type MessageOptions } from './message-options.ts'
import type { MessageSecret, ReadMessage, ReadOptions } from './message-secret.ts'
import { readRotated, type RotationRule } from './rotation.ts'
import type { Scheme } from './schemes.ts'

/** A secret with its options, and the older ones that still read (active_support/messages/rotator.rb). */
export class Rotator<Options extends MessageOptions> {
  readonly #secret: MessageSecret
  readonly #options: Options
  readonly #schemeOf: (secret: MessageSecret, options: Options) => Scheme
  readonly #rule: RotationRule
  readonly #clock: () => number
  readonly #current: Codec<unknown>
  readonly #codecs: Codec<unknown>[]

  /** @throws `ERR_SECRET`, `ERR_OPTIONS` */
  constructor(
    secret: MessageSecret,
    options: Options,
    schemeOf: (secret: MessageSecret, options: Options) => Scheme,
    rule: RotationRule,
  ) {
    this.#secret = secret
    this.#options = options
    this.#schemeOf = schemeOf
    this.#rule = rule
    this.#clock = clockOf(options.clock)
    this.#current = messageCodec(schemeOf(secret, options), options)
    this.#codecs = [this.#current]
  }

  /** @throws `ERR_SESSION_VALUE`, `ERR_OPTIONS` */
  write(value: unknown, { purpose, ...when }: MessageMetadata): string {
    const { readOnly = false } = this.#options
    if (readOnly) throw new SessionError('ERR_OPTIONS', 'readOnly is set, so no message can be written.')
    return this.#current.write(value, { purpose, expiresAt: expiry(when, this.#clock()) })
  }

  read(message: unknown, { purpose, onRotation = this.#options.onRotation }: ReadOptions): ReadMessage {
    if (typeof message !== 'string') return { ok: false, reason: 'malformed' }
    const mayBeAbsent = purpose === undefined || purpose === ''
    const expected = { expected: mayBeAbsent ? undefined : purpose, mayBeAbsent }
    const read = readRotated(this.#codecs, (codec) => codec.read(message, expected, this.#clock()), this.#rule)
    if (!read.ok) return { ok: false, reason: read.reason }
    const rotated = read.index > 0
    if (rotated) onRotation?.()
    return { ok: true, value: read.value.value, rotated }
  }

  /** What is left out is as now. @throws as the constructor */
  rotate(first: MessageSecret | Options, second?: Options): void {
    const given = typeof first === 'string' || isBytes(first)
    const [secret, options] = given ? [first, second] : [this.#secret, first]
    const older = { ...this.#options, ...options, readOnly: true }
    this.#codecs.push(messageCodec(this.#schemeOf(secret, older), older))
  }
}
