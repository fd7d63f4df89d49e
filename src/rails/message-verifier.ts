import { blameCaller } from '../errors.ts'
import type { Alphabet } from './base64.ts'
import type { RailsDigest } from './key-generator.ts'
import type { MessageMetadata, MessageOptions } from './message-options.ts'
import { checkDigest, secretBytes, type MessageSecret, type ReadMessage, type ReadOptions } from './message-secret.ts'
import { isAtLeast } from './options.ts'
import { NEVER_STOP, STOP_AT_AUTHENTIC } from './rotation.ts'
import { Rotator } from './rotator.ts'
import { signedScheme, type SignedScheme } from './signed-scheme.ts'

export interface MessageVerifierOptions extends MessageOptions {
  /** Of the HMAC. Default SHA1, as in every Rails. */
  readonly digest?: RailsDigest | undefined
}

/**
 * `ActiveSupport::MessageVerifier`: values that anybody can read and nobody else can write
 * (active_support/message_verifier.rb).
 */
export class MessageVerifier {
  readonly #rotator: Rotator<MessageVerifierOptions>
  readonly #scheme: SignedScheme

  /** @throws `ERR_SECRET`, `ERR_OPTIONS` */
  constructor(secret: MessageSecret, options: MessageVerifierOptions = {}) {
    const rule = isAtLeast(options.version ?? '8.1', '7.1') ? STOP_AT_AUTHENTIC : NEVER_STOP
    const { rotator, scheme } = blameCaller(MessageVerifier, () => ({
      rotator: new Rotator(secret, options, verifierScheme, rule),
      scheme: verifierScheme(secret, options),
    }))
    this.#rotator = rotator
    this.#scheme = scheme
  }

  /** `<data>--<hmac>`. @throws `ERR_SESSION_VALUE` when the value would come back as another, `ERR_OPTIONS` */
  generate(value: unknown, metadata: MessageMetadata = {}): string {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    return blameCaller(this.generate, () => this.#rotator.write(value, metadata))
  }

  /** What the message says, or why it is not accepted. Rails raises `InvalidSignature` for the latter. */
  verify(message: string, options: ReadOptions = {}): ReadMessage {
    return this.#rotator.read(message, options)
  }

  /** The value, or `undefined` for a message that is not accepted. */
  verified(message: string, options: ReadOptions = {}): unknown {
    const read = this.verify(message, options)
    return read.ok ? read.value : undefined
  }

  /** Whether the current secret signed this message, whatever it says. */
  isValidMessage(message: string): boolean {
    return typeof message === 'string' && this.#scheme.isAuthentic(message)
  }

  /** Adds an older secret, or older options, or both, to read with; what is left out is as now. @throws as the constructor */
  rotate(secret: MessageSecret, options?: MessageVerifierOptions): this
  rotate(options: MessageVerifierOptions): this
  rotate(first: MessageSecret | MessageVerifierOptions, second?: MessageVerifierOptions): this {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    blameCaller(this.rotate, () => this.#rotator.rotate(first, second))
    return this
  }
}

/** The alphabets: from Rails 7.2 a verifier reads the other one as well. @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function verifierScheme(
  secret: MessageSecret,
  { version = '8.1', urlSafe = false, digest = 'SHA1' }: MessageVerifierOptions,
  what = 'secret',
): SignedScheme {
  const [written, other]: [Alphabet, Alphabet] = urlSafe ? ['urlSafe', 'standard'] : ['standard', 'urlSafe']
  const split = isAtLeast(version, '7.0') ? 'right' : 'left'
  const alphabets = isAtLeast(version, '7.2') ? ([written, other] as const) : ([written] as const)
  return signedScheme(checkDigest(digest), secretBytes(secret, what), split, alphabets)
}
