import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { railsJson, type JsonEscapes } from './json-text.ts'
import { payloadSerializer, type MessageSerializer, type PayloadSerializer } from './message-serializer.ts'
import { judge, unwrap, wrap } from './metadata.ts'
import { isAtLeast, type RailsVersion } from './options.ts'
import type { Attempt } from './rotation.ts'

/** What a message says of itself, for `encryptAndSign` and `generate`. */
export interface MessageMetadata {
  /** What it is for; it is read for that alone. */
  readonly purpose?: string | undefined
  readonly expiresIn?: Duration | undefined
  /** Wins over `expiresIn`. */
  readonly expiresAt?: Date | undefined
}

/** What `MessageEncryptor` and `MessageVerifier` have in common. */
export interface CodecOptions {
  /**
   * Default `json`. Rails' classes alone take Marshal, which only Ruby writes: to read it say `hybrid`, which writes JSON,
   * or `marshal` with `readOnly`.
   */
  readonly serializer?: MessageSerializer | undefined
  /** For messages that are read and never written; `marshal` needs it. A rotation always is. */
  readonly readOnly?: boolean | undefined
  /** `url_safe`, from Rails 7.1: the alphabet of base64url, without padding. */
  readonly urlSafe?: boolean | undefined
  /**
   * `active_support.use_message_serializer_for_metadata`: write `{"_rails":{"data":…}}`, which Rails reads from 7.1. Default
   * false, which every Rails reads.
   */
  readonly useMessageSerializerForMetadata?: boolean | undefined
  /** `force_legacy_metadata_serializer`: overrules `useMessageSerializerForMetadata`. */
  readonly forceLegacyMetadataSerializer?: boolean | undefined
  /** The Rails whose rules of reading are kept to. Default `8.1`. */
  readonly version?: RailsVersion | undefined
  /** What JSON escapes. Default as in a Rails of that `version`. */
  readonly escapes?: Partial<JsonEscapes> | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/** Values with metadata, as bytes and back (active_support/messages/codec.rb and metadata.rb). */
export interface MessageCodec {
  /** @throws `ERR_SESSION_VALUE`, `ERR_OPTIONS` */
  pack(value: unknown, metadata: MessageMetadata): Buffer
  unpack(plaintext: Buffer, purpose: string | undefined): Attempt<unknown>
}

/** JSON's limit in Ruby; the newer envelope takes two levels of it. */
const MAXIMUM_DEPTH = 100

/** @throws `ERR_OPTIONS` */
export function createCodec(options: CodecOptions): MessageCodec {
  const { version = '8.1', clock = Date.now, readOnly = false, useMessageSerializerForMetadata = false } = options
  const modern = isAtLeast(version, '7.1')
  const rule = modern ? 'prefix' : 'parsed'
  const escapes = { htmlEntities: true, jsSeparators: !isAtLeast(version, '8.1'), ...options.escapes }
  const serializer = payloadSerializer(options.serializer ?? 'json', { version, escapes })
  if (options.urlSafe === true && !modern) throw since71('urlSafe', version)
  if (useMessageSerializerForMetadata && !modern) throw since71('useMessageSerializerForMetadata', version)
  if (!readOnly && !serializer.canWrite) throw cannotWrite(serializer)
  const newer = useMessageSerializerForMetadata && options.forceLegacyMetadataSerializer !== true
  return {
    pack(value, { purpose, ...when }) {
      if (readOnly) throw new SessionError('ERR_OPTIONS', 'readOnly is set, so no message can be written.')
      const expiresAt = expiry(when, clock)
      const bare = purpose === undefined && expiresAt === undefined
      if (newer && !bare && serializer.envelope !== undefined) {
        return serializer.envelope(serializer.check(value, MAXIMUM_DEPTH - 2), { purpose, expiresAt })
      }
      const payload = serializer.dump(serializer.check(value, MAXIMUM_DEPTH))
      return wrap(payload, { purpose, expiresAt }, (text) => railsJson(text, escapes))
    },
    unpack(plaintext, purpose) {
      const check = (envelope: { exp: unknown; pur: unknown }): ReturnType<typeof judge> =>
        judge(asText(envelope), clock(), { expected: purpose === '' ? undefined : purpose, mayBeAbsent: false }, rule)
      const envelope = unwrap(plaintext, rule)
      if (envelope === 'malformed') return { ok: false, reason: 'malformed', fault: 'format' }
      if (envelope !== undefined) {
        const reason = check(envelope)
        return reason === undefined ? load(serializer, envelope.payload) : { ok: false, reason, fault: 'content' }
      }
      const loaded = load(serializer, plaintext)
      if (!loaded.ok) return loaded
      const inner = modern ? innerEnvelope(loaded.value) : undefined
      if (inner === undefined) {
        return purpose === undefined || purpose === '' ? loaded : { ok: false, reason: 'tampered', fault: 'content' }
      }
      const reason = inner === 'malformed' ? inner : check(inner)
      if (reason !== undefined || inner === 'malformed') {
        return { ok: false, reason: reason ?? 'malformed', fault: 'content' }
      }
      return { ok: true, value: inner.data }
    },
  }
}

function load(serializer: PayloadSerializer, payload: Buffer): Attempt<unknown> {
  try {
    return { ok: true, value: serializer.load(payload) }
  } catch {
    return { ok: false, reason: 'malformed', fault: 'serialization' }
  }
}

/** The newer envelope, around the value itself. */
function innerEnvelope(value: unknown): { data: unknown; exp: unknown; pur: unknown } | undefined | 'malformed' {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '_rails')) return undefined
  const { _rails: inner } = value as { _rails: unknown } // as: hasOwn says so
  if (typeof inner !== 'object' || inner === null) return 'malformed'
  const { data = null, exp, pur } = inner as { data?: unknown; exp?: unknown; pur?: unknown } // as: all are unknown
  return { data, exp, pur }
}

/** Rails compares purposes as text, those that were written as `true` or 1 too. */
function asText({ exp, pur }: { exp: unknown; pur: unknown }): { exp: unknown; pur: unknown } {
  return { exp, pur: typeof pur === 'number' || typeof pur === 'boolean' ? String(pur) : pur }
}

/** Milliseconds since 1970. @throws `ERR_OPTIONS` */
function expiry({ expiresIn, expiresAt }: MessageMetadata, clock: () => number): number | undefined {
  if (expiresAt === undefined)
    return expiresIn === undefined ? undefined : clock() + seconds(expiresIn, 'expiresIn') * 1000
  const time = expiresAt.getTime()
  if (!(time >= 0 && time < LAST_TIME)) {
    throw new SessionError('ERR_OPTIONS', `expiresAt is ${String(expiresAt)}, expected a time from 1970 to 9999.`)
  }
  return time
}

/** ISO 8601 has four digits for the year. */
const LAST_TIME = Date.UTC(10_000, 0)

function since71(option: string, version: RailsVersion): SessionError {
  return new SessionError('ERR_OPTIONS', `${option} came with Rails 7.1; version is ${version}.`)
}

function cannotWrite({ name }: PayloadSerializer): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `serializer is '${name}', which can be read but not written: take 'hybrid', which reads Marshal and writes JSON, or set readOnly.`,
  )
}
