import { blameCaller, SessionError } from '../errors.ts'
import type { MessageMetadata } from './message-options.ts'
import { secretBytes, type MessageSecret, type ReadMessage, type ReadOptions } from './message-secret.ts'
import { verifierScheme, type MessageVerifierOptions } from './message-verifier.ts'
import { isAtLeast } from './options.ts'
import { STOP_AT_AUTHENTIC, STOP_AT_CURRENT } from './rotation.ts'
import { Rotator } from './rotator.ts'
import { cbcScheme, gcmScheme, type GcmCipher, type Scheme } from './schemes.ts'

export interface MessageEncryptorOptions extends MessageVerifierOptions {
  /** Default `aes-256-gcm`, as in an application since `load_defaults` 5.2; the class alone has `aes-256-cbc`. */
  readonly cipher?: GcmCipher | 'aes-256-cbc' | undefined
  /** With `aes-256-cbc`: what signs. Default: the secret that encrypts. */
  readonly signSecret?: MessageSecret | undefined
}

/** `ActiveSupport::MessageEncryptor`: values that nobody else can read or write (active_support/message_encryptor.rb). */
export class MessageEncryptor {
  readonly #rotator: Rotator<MessageEncryptorOptions>

  /**
   * @param secret as many bytes as the cipher's key: 32 for `aes-256-gcm`
   * @throws `ERR_SECRET`, `ERR_OPTIONS`
   */
  constructor(secret: MessageSecret, options: MessageEncryptorOptions = {}) {
    const rule = isAtLeast(options.version ?? '8.1', '7.1') ? STOP_AT_AUTHENTIC : STOP_AT_CURRENT
    this.#rotator = blameCaller(MessageEncryptor, () => new Rotator(secret, options, encryptorScheme, rule))
  }

  /** @throws `ERR_SESSION_VALUE` when the value would come back as another, `ERR_OPTIONS` */
  encryptAndSign(value: unknown, metadata: MessageMetadata = {}): string {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    return blameCaller(this.encryptAndSign, () => this.#rotator.write(value, metadata))
  }

  /**
   * What the message says, or why it is not accepted. Rails raises `InvalidMessage` for one that does not open, and gives
   * nil for one of another purpose or past its expiry.
   */
  decryptAndVerify(message: string, options: ReadOptions = {}): ReadMessage {
    return this.#rotator.read(message, options)
  }

  /** Adds an older secret, or older options, or both, to read with; what is left out is as now. @throws as the constructor */
  rotate(secret: MessageSecret, options?: MessageEncryptorOptions): this
  rotate(options: MessageEncryptorOptions): this
  rotate(first: MessageSecret | MessageEncryptorOptions, second?: MessageEncryptorOptions): this {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    blameCaller(this.rotate, () => this.#rotator.rotate(first, second))
    return this
  }
}

const KEY_BYTES = { 'aes-128-gcm': 16, 'aes-192-gcm': 24, 'aes-256-gcm': 32, 'aes-256-cbc': 32 } as const

function encryptorScheme(secret: MessageSecret, options: MessageEncryptorOptions): Scheme {
  const { cipher = 'aes-256-gcm', urlSafe = false, version = '8.1', signSecret = secret } = options
  if (!Object.hasOwn(KEY_BYTES, cipher)) {
    throw new SessionError(
      'ERR_OPTIONS',
      `cipher is ${JSON.stringify(cipher)}, expected one of ${Object.keys(KEY_BYTES).join(', ')}.`,
    )
  }
  const key = secretBytes(secret, `secret (of ${cipher})`, KEY_BYTES[cipher])
  const alphabet = urlSafe ? 'urlSafe' : 'standard'
  if (cipher === 'aes-256-cbc') return cbcScheme(key, verifierScheme(signSecret, options, 'signSecret'), alphabet)
  return gcmScheme(cipher, key, isAtLeast(version, '7.1') ? 'right' : 'left', alphabet)
}
