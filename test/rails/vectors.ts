import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RailsOptions, RailsVersion, RotationOptions } from '../../src/rails/index.ts'

/** One thing that a real Rails was asked, and what it did. */
export interface Vector {
  readonly id: string
  readonly note: string
  readonly request: {
    readonly op: 'mint_session' | 'open_session' | 'mint' | 'open'
    readonly kind?: 'encrypted' | 'signed' | 'permanent_encrypted'
    readonly name?: string
    readonly now: string
    readonly session_id?: string
    readonly session?: Record<string, unknown>
    readonly session_ruby?: string
    readonly value?: unknown
    readonly value_escaped?: string
    readonly cookie_header?: string
    readonly write?: Record<string, unknown>
    readonly flash?: unknown
    readonly options?: Record<string, unknown>
  }
  readonly config: VectorConfig
  readonly expect: {
    readonly ok: boolean
    readonly name?: string
    readonly session?: Record<string, unknown> | null
    readonly value?: unknown
    readonly value_escaped?: string
    readonly session_after_write?: Record<string, unknown>
    readonly error?: { readonly class: string }
    readonly internals?: {
      readonly iv_hex?: string
      readonly payload?: unknown
      readonly envelope?: { readonly exp?: string | null } | null
    }
    readonly rewritten?: { readonly payload?: unknown }
  }
  readonly opened?: { readonly ok: boolean; readonly session?: Record<string, unknown>; readonly value?: unknown }
}

export interface VectorConfig {
  readonly secret_key_base: string
  readonly key: string
  readonly serializer: string | null
  readonly iterations: number
  readonly key_digest: 'SHA1' | 'SHA256'
  readonly signed_cookie_salt: string
  readonly encrypted_cookie_salt: string | null
  readonly encrypted_signed_cookie_salt: string | null
  readonly authenticated_encrypted_cookie_salt: string | null
  readonly use_authenticated_cookie_encryption: boolean
  readonly encrypted_cookie_cipher: string | null
  readonly signed_cookie_digest: string | null
  readonly cookies_digest: string | null
  readonly use_cookies_with_metadata: boolean
  readonly escape_html_entities_in_json: boolean | null
  readonly escape_js_separators_in_json: boolean | null
  readonly rotations: readonly Record<string, string>[]
  readonly session_options: { readonly expire_after?: number }
}

export interface VectorFile {
  readonly version: MintingVersion
  readonly vectors: readonly Vector[]
}

/** A version that vectors were minted with. */
export type MintingVersion = (typeof VERSIONS)[number]

/** The versions that minted vectors, oldest first. */
export const VERSIONS = ['5.2', '6.1', '7.0', '7.1', '8.0', '8.1'] as const satisfies readonly RailsVersion[]

/** The vectors minted by one Rails version; each has its whole configuration. */
export function readVectors(
  version: MintingVersion,
  folder: string = join(import.meta.dirname, 'vectors'),
): VectorFile {
  const text = readFileSync(join(folder, `rails-${version}.json`), 'utf8')
  const { base, vectors } = parseExactly(text) as { base: VectorConfig; vectors: Vector[] } // as: we wrote the file
  return { version, vectors: vectors.map((vector) => ({ ...vector, config: { ...base, ...vector.config } })) }
}

/** The options that say the same as a vector's configuration. */
export function optionsOf(config: VectorConfig, version: RailsVersion): RailsOptions {
  const { expire_after: expireAfter } = config.session_options
  return {
    secretKeyBase: config.secret_key_base,
    defaults: version,
    digest: config.key_digest,
    iterations: config.iterations,
    authenticatedEncryption: config.use_authenticated_cookie_encryption,
    cipher: (config.encrypted_cookie_cipher ?? undefined) as RailsOptions['cipher'], // as: the vectors have no other
    signedDigest: (config.signed_cookie_digest ?? undefined) as RailsOptions['signedDigest'], // as: see above
    cookiesDigest: (config.cookies_digest ?? undefined) as RailsOptions['cookiesDigest'], // as: see above
    metadata: config.use_cookies_with_metadata,
    serializer: (config.serializer ?? 'marshal') as RailsOptions['serializer'], // as: see above
    signedCookieSalt: config.signed_cookie_salt,
    encryptedCookieSalt: config.encrypted_cookie_salt,
    encryptedSignedCookieSalt: config.encrypted_signed_cookie_salt,
    authenticatedEncryptedCookieSalt: config.authenticated_encrypted_cookie_salt,
    escapeHtmlEntitiesInJson: config.escape_html_entities_in_json ?? true,
    escapeJsSeparatorsInJson: config.escape_js_separators_in_json ?? true,
    rotations: config.rotations.map(rotationOf),
    ...(expireAfter !== undefined && { expireAfter: `${expireAfter}s` as const }),
  }
}

function rotationOf(rotation: Record<string, string>): RotationOptions {
  const { kind, secret_key_base: secretKeyBase, key_digest: digest, cipher, digest: macDigest } = rotation
  // as, all of them: the vectors' words are ours
  return {
    ...(kind !== undefined && { kind: kind as 'signed' }),
    ...(secretKeyBase !== undefined && { secretKeyBase }),
    ...(digest !== undefined && { digest: digest as 'SHA1' }),
    ...(cipher === 'aes-256-cbc' && { authenticatedEncryption: false, cipher: undefined }),
    ...(cipher !== undefined && cipher !== 'aes-256-cbc' && { cipher: cipher as 'aes-256-gcm' }),
    ...(macDigest !== undefined && kind === 'signed' && { signedDigest: macDigest as 'SHA1' }),
  }
}

/** JSON with the digits of an integer beyond 2^53 as text, as sessions have it. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const digits = context?.source ?? ''
    return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(digits) ? digits : value
  })
}
