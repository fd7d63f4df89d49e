import { blameCaller, SessionError } from '../errors.ts'
import { createCodec, type MessageCodec, type MessageMetadata } from './message-codec.ts'
import { encryptingAndSigningScheme, encryptingScheme } from './message-schemes.ts'
import { secretBytes, type MessageSecret, type ReadMessage, type ReadOptions } from './message-secret.ts'
import { verifierScheme, type MessageVerifierOptions } from './message-verifier.ts'
import { isAtLeast } from './options.ts'
import { readRotated, STOP_AT_AUTHENTIC, STOP_AT_CURRENT, type Attempt, type RotationRule } from './rotation.ts'
import type { GcmCipher, Scheme } from './schemes.ts'

export interface MessageEncryptorOptions extends MessageVerifierOptions {
  /** Default `aes-256-gcm`, as in an application since `load_defaults` 5.2; the class alone has `aes-256-cbc`. */
  readonly cipher?: GcmCipher | 'aes-256-cbc' | undefined
  /** With `aes-256-cbc`: what signs. Default: the secret that encrypts. */
  readonly signSecret?: MessageSecret | undefined
}

/** `ActiveSupport::MessageEncryptor`: values that nobody else can read or write (active_support/message_encryptor.rb). */
export class MessageEncryptor {
  readonly #secret: MessageSecret
  readonly #options: MessageEncryptorOptions
  readonly #codec: MessageCodec
  readonly #scheme: Scheme
  readonly #rule: RotationRule
  readonly #keys: MessageEncryptor[] = [this]

  /**
   * @param secret as many bytes as the cipher's key: 32 for `aes-256-gcm`
   * @throws `ERR_SECRET`, `ERR_OPTIONS`
   */
  constructor(secret: MessageSecret, options: MessageEncryptorOptions = {}) {
    this.#secret = secret
    this.#options = options
    const { version = '8.1' } = options
    const { codec, scheme } = blameCaller(MessageEncryptor, () => ({
      codec: createCodec(options),
      scheme: encryptorScheme(secret, options),
    }))
    this.#codec = codec
    this.#scheme = scheme
    this.#rule = isAtLeast(version, '7.1') ? STOP_AT_AUTHENTIC : STOP_AT_CURRENT
  }

  /** @throws `ERR_SESSION_VALUE` when the value would come back as another, `ERR_OPTIONS` */
  encryptAndSign(value: unknown, metadata: MessageMetadata = {}): string {
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    return blameCaller(this.encryptAndSign, () => this.#scheme.seal(this.#codec.pack(value, metadata)))
  }

  /**
   * What the message says, or why it is not accepted. Rails raises `InvalidMessage` for one that does not open, and gives
   * nil for one of another purpose or past its expiry.
   */
  decryptAndVerify(message: string, { purpose, onRotation = this.#options.onRotation }: ReadOptions = {}): ReadMessage {
    const read = readRotated(this.#keys, (key) => key.#attempt(message, purpose), this.#rule)
    if (!read.ok) return { ok: false, reason: read.reason }
    const rotated = read.index > 0
    if (rotated) onRotation?.()
    return { ok: true, value: read.value, rotated }
  }

  /** Adds an older secret, or older options, or both, to read with; what is left out is as now. @throws as the constructor */
  rotate(secret: MessageSecret, options?: MessageEncryptorOptions): this
  rotate(options: MessageEncryptorOptions): this
  rotate(first: MessageSecret | MessageEncryptorOptions, second: MessageEncryptorOptions = {}): this {
    const given = typeof first === 'string' || first instanceof Uint8Array
    const [secret, options] = given ? [first, second] : [this.#secret, first]
    // oxlint-disable-next-line typescript/unbound-method -- blameCaller does not call it
    blameCaller(this.rotate, () => {
      this.#keys.push(new MessageEncryptor(secret, { ...this.#options, ...options, readOnly: true }))
    })
    return this
  }

  #attempt(message: unknown, purpose: string | undefined): Attempt<unknown> {
    const opened = typeof message === 'string' ? this.#scheme.open(message) : 'malformed'
    if (typeof opened === 'string') return { ok: false, reason: opened, fault: 'format' }
    return this.#codec.unpack(opened, purpose)
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
  if (cipher !== 'aes-256-cbc') {
    return encryptingScheme(cipher, key, isAtLeast(version, '7.1') ? 'right' : 'left', alphabet)
  }
  return encryptingAndSigningScheme(key, verifierScheme(secretBytes(signSecret, 'signSecret'), options), alphabet)
}
