import type { RefusedReason } from '../errors.ts'
import type { RailsDigest } from '../rails/key-generator.ts'
import type { RailsOptions, RailsVersion } from '../rails/options.ts'
import type { Json } from '../serializers/serializer.ts'
import type { InputForm } from './cookie-input.ts'
import type { Finding } from './findings.ts'

/** What the cookie is read as: a session, or a cookie of `jar.encrypted` or `jar.signed`. */
export type CookieKind = 'session' | 'encrypted' | 'signed'

/** What `open` says of the cookie; without a secret nobody can say. */
export type Verdict =
  | {
      readonly ok: true
      /** The place of the secret that sealed it, or of the Rails rotation; 0 is the current one. */
      readonly secret: number
    }
  | { readonly ok: false; readonly reason: RefusedReason | 'no-secret' }

/** One part of a sealed value. */
export interface Part {
  readonly name: string
  /** As it stands there; a part of our own format has none of its own, because the whole is one text of base64url. */
  readonly characters?: number
  /** Once decoded. */
  readonly bytes: number
}

/** A cookie, explained. Session data is named and measured; its values are in `data` alone. */
export interface CookieReport {
  readonly name: string
  readonly kind: CookieKind
  /** When it was looked at, as ISO 8601: what has ended is told for this time. */
  readonly at: string
  readonly verdict: Verdict
  readonly input: InputReport
  readonly size: SizeReport
  /** By its shape, as it is seen from outside. */
  readonly scheme: Scheme
  readonly parts: readonly Part[]
  readonly compact?: CompactReport
  readonly rails?: RailsReport
  /** What is inside, where it could be read; also of a cookie that is refused. */
  readonly content?: ContentReport
  /** The version that `findings` are told for first. */
  readonly version?: RailsVersion
  /** What that version does: shows what is in it, shows an empty session, answers 500. Not there without a secret. */
  readonly outcome?: 'reads' | 'empty' | 'raises'
  readonly findings: readonly Finding[]
  /** Everything inside. Only with `showValues`. */
  readonly data?: Json
}

export type Scheme = 'compact' | 'compact-signed' | 'rails-gcm' | 'rails-cbc' | 'rails-signed' | 'unknown'

export interface InputReport {
  readonly form: InputForm
  /** How many cookies of that name there were. The first one is explained, which is the one that Rails takes. */
  readonly cookies: number
}

export interface SizeReport {
  /** Bytes of the value as it stands in the header. */
  readonly escaped: number
  /** Bytes of the value once percent-decoded. */
  readonly unescaped: number
  /** Name and escaped value, as browsers count. */
  readonly browser: Measure
  /** As that version of Rails counts: the value before escaping, from 8.1 with the name. */
  readonly rails?: Measure
}

export interface Measure {
  readonly bytes: number
  readonly limit: number
}

/** A cookie in our own format. */
export interface CompactReport {
  readonly formatVersion: number
  readonly keyId: string
  /** The place in the ring of the secret with that key id; `undefined` where none has it, or no secret was given. */
  readonly secret: number | undefined
  /** Hexadecimal; not secret. A signed value has neither. */
  readonly salt?: string
  readonly nonce?: string
  /** Once authenticated: what is in the sealed header. */
  readonly sealed?: SealedHeader
}

/** ISO 8601 times, all of them. */
export interface SealedHeader {
  readonly kind: 'session' | 'value'
  readonly created: string
  /** Of a session: when it was last written. */
  readonly slid?: string
  readonly idleEnd?: string
  readonly absoluteEnd?: string
  /** Of a value: its own end. */
  readonly expires?: string
  readonly persistent?: boolean
}

/** A cookie of Rails. */
export interface RailsReport {
  /** What opened it; `undefined` where nothing did. */
  readonly opened?: OpenedBy
  readonly envelope?: EnvelopeReport
  /** What to say in the options that is not said, so that a cookie like this one is what they mean. */
  readonly fits?: FittingOptions
}

/** Options of `railsFormat` that show in a cookie. */
export type FittingOptions = Pick<
  RailsOptions,
  'digest' | 'cipher' | 'authenticatedEncryption' | 'signedDigest' | 'cookiesDigest' | 'metadata'
>

/** The settings that fit. */
export interface OpenedBy {
  /** As `AES-256-GCM`, `AES-256-CBC + HMAC-SHA1`, `HMAC-SHA256`. */
  readonly scheme: string
  /** `other`: not what the options say, and found by trying. `legacy`: what Rails reads without being asked. */
  readonly by: 'current' | 'rotation' | 'legacy' | 'other'
  /** 0 for the current settings, above it the place of the rotation whose secret it is. */
  readonly rotation: number
  readonly keyDigest: RailsDigest
}

export interface EnvelopeReport {
  /**
   * `none`: a bare payload. `exact`: byte for byte as Rails writes it. `prefix`: begins as Rails 7.1 demands. `parsed`:
   * only known by parsing it, which Rails does before 7.1.
   */
  readonly form: 'none' | 'exact' | 'prefix' | 'parsed'
  /** As it stands there. */
  readonly purpose?: Json
  readonly exp?: Json
  /** Whether the end has passed; `undefined` where there is none, or nobody can tell. */
  readonly expired?: boolean
}

/** What wrote a payload, by its first bytes. */
export type PayloadFormat = 'json' | 'marshal' | 'message_pack'

export interface ContentReport {
  readonly serializer: PayloadFormat
  /** Of the payload, without envelope. */
  readonly bytes: number
  /** What is at the top: `object` for a session. `undefined` where it cannot be read. */
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'
  /** Bytes by key, name and quotes included; of Marshal and MessagePack what their JSON would take. */
  readonly byKey?: Readonly<Record<string, number>>
  readonly sessionId?: 'missing' | 'hex-32' | 'uuid' | 'text' | 'empty' | 'not-text'
  /** The names of the flash's entries. */
  readonly flash?: readonly string[]
  readonly csrfToken?: 'base64url' | 'base64url-padded' | 'base64' | 'other'
  /** Where the session itself is, when the cookie carries the ticket of one in a server store and nothing else. */
  readonly livesIn?: 'server store'
}
