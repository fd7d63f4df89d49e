import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import type { JsonEscapes } from './json-text.ts'
import type { RailsDigest } from './key-generator.ts'
import type { GcmCipher } from './schemes.ts'

/** A Rails version, as `load_defaults` takes it. */
export type RailsVersion = '5.2' | '6.0' | '6.1' | '7.0' | '7.1' | '7.2' | '8.0' | '8.1'

/** `config.action_dispatch.cookies_serializer`. `hybrid` and `json_allow_marshal` are one. */
export type CookiesSerializer =
  | 'json'
  | 'marshal'
  | 'hybrid'
  | 'json_allow_marshal'
  | 'message_pack'
  | 'message_pack_allow_marshal'

/** The settings that keys and ciphers follow from. */
export interface KeyOptions {
  /** `secret_key_base`, as text: it is never decoded. */
  readonly secretKeyBase: string
  /** `config.active_support.key_generator_hash_digest_class`. SHA1, SHA256 from `load_defaults` 7.0. */
  readonly digest?: RailsDigest | undefined
  /** PBKDF2 iterations of the application's key generator. Default 1000, which every Rails application has. */
  readonly iterations?: number | undefined
  /** `config.action_dispatch.encrypted_cookie_cipher`. Default `aes-256-gcm`. */
  readonly cipher?: GcmCipher | undefined
  /** `config.action_dispatch.use_authenticated_cookie_encryption`: GCM, or (false) CBC with an HMAC. Default true. */
  readonly authenticatedEncryption?: boolean | undefined
  /** `config.action_dispatch.signed_cookie_digest`. Default SHA1, in every version. */
  readonly signedDigest?: RailsDigest | undefined
}

/** The same, decided. */
export type KeySettings = { readonly [Key in keyof KeyOptions]-?: Exclude<KeyOptions[Key], undefined> }

/** An older way to read: what `config.action_dispatch.cookies_rotations.rotate` adds. Whatever is left out is as now. */
export type RotationOptions = Partial<KeyOptions> & {
  /** Which cookies it reads. Default both. */
  readonly kind?: 'encrypted' | 'signed' | undefined
}

/** The settings of a Rails application that its cookies depend on. */
export interface RailsOptions extends KeyOptions {
  /** The application's `config.load_defaults`; it sets everything else here unless that is given, too. */
  readonly defaults: RailsVersion
  /** The Rails that reads what we write. It may be newer than its `load_defaults`. Default: `defaults`. */
  readonly version?: RailsVersion | undefined
  /** `config.action_dispatch.use_cookies_with_metadata`: purpose and expiry inside. True from `load_defaults` 6.0. */
  readonly metadata?: boolean | undefined
  /**
   * Whether a cookie without a purpose is refused. Rails accepts it under any name; so do we unless this is set. Set it once
   * no cookie of a Rails before 6.0 is left.
   */
  readonly requirePurpose?: boolean | undefined
  /**
   * `config.action_dispatch.cookies_serializer`. `json` from `load_defaults` 7.0; before it is Marshal, which we read and do
   * not write: there the default is `hybrid`, which reads both and writes JSON. Rails reads that from 6.1, or with `:hybrid`.
   */
  readonly serializer?: CookiesSerializer | undefined
  /** `config.action_dispatch.cookies_digest`: of CBC cookies that a GCM application still reads. Default SHA1. */
  readonly cookiesDigest?: RailsDigest | undefined
  readonly authenticatedEncryptedCookieSalt?: string | null | undefined
  readonly encryptedCookieSalt?: string | null | undefined
  readonly encryptedSignedCookieSalt?: string | null | undefined
  readonly signedCookieSalt?: string | undefined
  /** `config.active_support.escape_html_entities_in_json`. Default true. */
  readonly escapeHtmlEntitiesInJson?: boolean | undefined
  /** `config.active_support.escape_js_separators_in_json`. Default true, false from `load_defaults` 8.1. */
  readonly escapeJsSeparatorsInJson?: boolean | undefined
  /** Older ways to read, tried in order; what they open is written again in the current way. */
  readonly rotations?: readonly RotationOptions[] | undefined
  /**
   * `expire_after` of `config.session_store`: how long a session lasts unused, sealed inside. Default: no end. As long as Rails
   * says; the browser is asked to keep the cookie for 400 days at most, and gets it anew in time.
   */
  readonly expireAfter?: Duration | undefined
}

/** The salts, each with Rails' own default. */
export interface Salts {
  readonly authenticatedEncrypted: string | null
  readonly encrypted: string | null
  readonly encryptedSigned: string | null
  readonly signed: string
}

/** Everything decided. */
export interface RailsSettings {
  readonly version: RailsVersion
  readonly keys: KeySettings
  readonly rotations: readonly (KeySettings & { readonly kind: 'encrypted' | 'signed' | undefined })[]
  readonly salts: Salts
  readonly metadata: boolean
  readonly requirePurpose: boolean
  readonly serializer: CookiesSerializer
  readonly cookiesDigest: RailsDigest
  readonly escapes: JsonEscapes
  readonly expireAfterSeconds: number | undefined
}

/** From the oldest to the newest. */
export const RAILS_VERSIONS: readonly RailsVersion[] = ['5.2', '6.0', '6.1', '7.0', '7.1', '7.2', '8.0', '8.1']
export const RAILS_DIGESTS: readonly RailsDigest[] = ['SHA1', 'SHA256', 'SHA384', 'SHA512']
const CIPHERS: readonly GcmCipher[] = ['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm']
const SERIALIZERS: readonly CookiesSerializer[] = [
  'json',
  'marshal',
  'hybrid',
  'json_allow_marshal',
  'message_pack',
  'message_pack_allow_marshal',
]

const KEY_OPTIONS: readonly (keyof KeyOptions)[] = [
  'secretKeyBase',
  'digest',
  'iterations',
  'cipher',
  'authenticatedEncryption',
  'signedDigest',
]
const ROTATION_OPTIONS: readonly (keyof RotationOptions)[] = ['kind', ...KEY_OPTIONS]
const OPTIONS: readonly (keyof RailsOptions)[] = [
  'defaults',
  'version',
  ...KEY_OPTIONS,
  'metadata',
  'requirePurpose',
  'serializer',
  'cookiesDigest',
  'authenticatedEncryptedCookieSalt',
  'encryptedCookieSalt',
  'encryptedSignedCookieSalt',
  'signedCookieSalt',
  'escapeHtmlEntitiesInJson',
  'escapeJsSeparatorsInJson',
  'rotations',
  'expireAfter',
]

/** Whether `version` is `floor` or newer. */
export function isAtLeast(version: RailsVersion, floor: RailsVersion): boolean {
  return RAILS_VERSIONS.indexOf(version) >= RAILS_VERSIONS.indexOf(floor)
}

/** Fills in what `load_defaults` sets, and checks. @throws `ERR_OPTIONS` with Rails' own name for the setting */
export function checkRailsOptions(options: RailsOptions): RailsSettings {
  if (typeof options !== 'object' || options === null)
    throw wrong('railsFormat needs options: { secretKeyBase, defaults }')
  refuseUnknown(options, OPTIONS, '')
  const { defaults } = options
  oneOf('load_defaults', defaults, RAILS_VERSIONS)
  const version = options.version ?? defaults
  oneOf('version', version, RAILS_VERSIONS)
  if (typeof options.secretKeyBase !== 'string' || options.secretKeyBase === '') {
    throw new SessionError('ERR_SECRET', 'secret_key_base is missing, so there is nothing to derive keys from.')
  }
  const serializer = options.serializer ?? (isAtLeast(defaults, '7.0') ? 'json' : 'hybrid')
  oneOf('cookies_serializer', serializer, SERIALIZERS)
  if (serializer.startsWith('message_pack') && !isAtLeast(version, '7.1')) {
    throw wrong(`cookies_serializer :${serializer} exists from Rails 7.1, not in ${version}`)
  }
  const keys = checkKeys(options, defaults)
  const salts: Salts = {
    authenticatedEncrypted: salt(options.authenticatedEncryptedCookieSalt, 'authenticated encrypted cookie'),
    encrypted: salt(options.encryptedCookieSalt, 'encrypted cookie'),
    encryptedSigned: salt(options.encryptedSignedCookieSalt, 'signed encrypted cookie'),
    signed: salt(options.signedCookieSalt, 'signed cookie') ?? 'signed cookie',
  }
  if (keys.authenticatedEncryption && salts.authenticatedEncrypted === null) {
    throw wrong('authenticated_encrypted_cookie_salt is null, but use_authenticated_cookie_encryption needs it')
  }
  if (!keys.authenticatedEncryption && (salts.encrypted === null || salts.encryptedSigned === null)) {
    throw wrong(
      'encrypted_cookie_salt and encrypted_signed_cookie_salt are needed without use_authenticated_cookie_encryption',
    )
  }
  const cookiesDigest = options.cookiesDigest ?? 'SHA1'
  oneOf('cookies_digest', cookiesDigest, RAILS_DIGESTS)
  return {
    version,
    keys,
    rotations: checkRotations(options.rotations ?? []).map(({ kind, ...older }) => ({
      ...checkKeys({ ...keys, ...older }, defaults),
      kind,
    })),
    salts,
    metadata: options.metadata ?? isAtLeast(defaults, '6.0'),
    requirePurpose: options.requirePurpose ?? false,
    serializer,
    cookiesDigest,
    escapes: {
      htmlEntities: options.escapeHtmlEntitiesInJson ?? true,
      jsSeparators: options.escapeJsSeparatorsInJson ?? !isAtLeast(defaults, '8.1'),
    },
    expireAfterSeconds: options.expireAfter === undefined ? undefined : seconds(options.expireAfter, 'expire_after'),
  }
}

function checkKeys(options: KeyOptions, defaults: RailsVersion): KeySettings {
  const keys = {
    secretKeyBase: options.secretKeyBase,
    digest: options.digest ?? (isAtLeast(defaults, '7.0') ? 'SHA256' : 'SHA1'),
    iterations: options.iterations ?? 1000,
    cipher: options.cipher ?? 'aes-256-gcm',
    authenticatedEncryption: options.authenticatedEncryption ?? true,
    signedDigest: options.signedDigest ?? 'SHA1',
  } as const
  oneOf('key_generator_hash_digest_class', keys.digest, RAILS_DIGESTS)
  oneOf('encrypted_cookie_cipher', keys.cipher, CIPHERS)
  oneOf('signed_cookie_digest', keys.signedDigest, RAILS_DIGESTS)
  if (!Number.isInteger(keys.iterations) || keys.iterations < 1) throw wrong(`iterations is ${keys.iterations}`)
  if (!keys.authenticatedEncryption && options.cipher !== undefined && options.cipher !== 'aes-256-gcm') {
    throw wrong(`encrypted_cookie_cipher ${options.cipher} is impossible without use_authenticated_cookie_encryption`)
  }
  return keys
}

function salt(given: string | null | undefined, rails: string): string | null {
  if (given === undefined) return rails
  if (given === null || typeof given === 'string') return given
  throw wrong(`the salt "${rails}" is a ${typeof given}, expected text`)
}

function checkRotations(rotations: readonly RotationOptions[]): readonly RotationOptions[] {
  if (!Array.isArray(rotations) || !rotations.every((one) => typeof one === 'object' && one !== null)) {
    throw wrong('cookies_rotations is not a list of options, expected one as [{ secretKeyBase }]')
  }
  for (const [at, rotation] of rotations.entries()) refuseUnknown(rotation, ROTATION_OPTIONS, `rotations[${at}].`)
  return rotations
}

/** Rails' own names are in snake case, and one that was copied as it is would change nothing. */
function refuseUnknown(given: object, known: readonly string[], prefix: string): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw wrong(`${prefix}${key} is not an option of railsFormat. Known: ${known.join(', ')}`)
  }
}

function oneOf(setting: string, value: unknown, known: readonly string[]): void {
  if (typeof value === 'string' && known.includes(value)) return
  throw wrong(`${setting} is ${JSON.stringify(value)}, expected one of ${known.join(', ')}`)
}

function wrong(what: string): SessionError {
  return new SessionError('ERR_OPTIONS', `${what}.`)
}
