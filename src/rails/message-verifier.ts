import { blameCaller } from '../errors.ts'
import type { RailsDigest } from './key-generator.ts'
import type { Alphabet } from './message-alphabet.ts'
import { createCodec, type CodecOptions, type MessageCodec, type MessageMetadata } from './message-codec.ts'
import { signingScheme, type SigningScheme } from './message-schemes.ts'
import { checkDigest, secretBytes, type MessageSecret, type ReadMessage, type ReadOptions } from './message-secret.ts'
import { isAtLeast } from './options.ts'
import { NEVER_STOP, readRotated, STOP_AT_AUTHENTIC, type Attempt, type RotationRule } from './rotation.ts'

export interface MessageVerifierOptions extends CodecOptions {
  /** Of the HMAC. Default SHA1, as in every Rails. */
  readonly digest?: RailsDigest | undefined
  readonly onRotation?: (() => void) | undefined
}

/**
 * `ActiveSupport::MessageVerifier`: values that anybody can read and nobody else can write
 * (active_support/message_verifier.rb).
 */
export class MessageVerifier {
  readonly #secret: MessageSecret
  readonly #options: MessageVerifierOptions
  readonly #codec: MessageCodec
  readonly #signing: SigningScheme
  readonly #rule: RotationRule
  readonly #keys: MessageVerifier[] = [this]

  /** @throws `ERR_SECRET`, `ERR_OPTIONS` */
  constructor(secret: MessageSecret, options: MessageVerifierOptions = {}) {
    this.#secret = secret
    this.#options = options
    const { version = '8.1' } = options
    const { codec, signing } = blameCaller(MessageVerifier, () => ({
      codec: createCodec(options),
      signing: verifierScheme(secretBytes(secret, 'secret'), options),
    }))
    this.#codec = codec
    this.#signing = signing
    this.#rule = isAtLeast(version, '7.1') ? STOP_AT_AUTHENTIC : NEVER_STOP
  }

  /** `<data>--<hmac>`. @throws `ERR_SESSION_VALUE` when the value would come back as another, `ERR_OPTIONS` */
  generate(value: unknown, metadata: MessageMetadata = {}): string {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    return blameCaller(this.generate, () => this.#signing.seal(this.#codec.pack(value, metadata)))
  }

  /** What the message says, or why it is not accepted. Rails raises `InvalidSignature` for the latter. */
  verify(message: string, { purpose, onRotation = this.#options.onRotation }: ReadOptions = {}): ReadMessage {
    const read = readRotated(this.#keys, (key) => key.#attempt(message, purpose), this.#rule)
    if (!read.ok) return { ok: false, reason: read.reason }
    const rotated = read.index > 0
    if (rotated) onRotation?.()
    return { ok: true, value: read.value, rotated }
  }

  /** The value, or `undefined` for a message that is not accepted. */
  verified(message: string, options: ReadOptions = {}): unknown {
    const read = this.verify(message, options)
    return read.ok ? read.value : undefined
  }

  /** Whether the current secret signed this message, whatever it says. */
  isValidMessage(message: string): boolean {
    return typeof message === 'string' && this.#signing.isAuthentic(message)
  }

  /** Adds an older secret, or older options, or both, to read with; what is left out is as now. @throws as the constructor */
  rotate(secret: MessageSecret, options?: MessageVerifierOptions): this
  rotate(options: MessageVerifierOptions): this
  rotate(first: MessageSecret | MessageVerifierOptions, second: MessageVerifierOptions = {}): this {
    const given = typeof first === 'string' || first instanceof Uint8Array
    const [secret, options] = given ? [first, second] : [this.#secret, first]
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    blameCaller(this.rotate, () => {
      this.#keys.push(new MessageVerifier(secret, { ...this.#options, ...options, readOnly: true }))
    })
    return this
  }

  #attempt(message: unknown, purpose: string | undefined): Attempt<unknown> {
    const opened = typeof message === 'string' ? this.#signing.open(message) : 'malformed'
    if (typeof opened === 'string') return { ok: false, reason: opened, fault: 'format' }
    return this.#codec.unpack(opened, purpose)
  }
}

/** The alphabets: from Rails 7.2 a verifier reads the other one as well. */
export function verifierScheme(
  secret: Buffer,
  { version = '8.1', urlSafe = false, digest = 'SHA1' }: MessageVerifierOptions,
): SigningScheme {
  const [written, other]: [Alphabet, Alphabet] = urlSafe ? ['urlSafe', 'standard'] : ['standard', 'urlSafe']
  return signingScheme({
    digest: checkDigest(digest),
    secret,
    split: isAtLeast(version, '7.0') ? 'right' : 'left',
    alphabets: isAtLeast(version, '7.2') ? [written, other] : [written],
  })
}
