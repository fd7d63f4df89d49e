import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { createCodec, type Codec } from './codec.ts'
import type { JsonEscapes } from './json-text.ts'
import { codecSerializer, type MessageSerializer } from './message-serializer.ts'
import { isAtLeast, type RailsVersion } from './options.ts'
import type { Scheme } from './schemes.ts'

/** What a message says of itself, for `encryptAndSign` and `generate`. */
export interface MessageMetadata {
  /** What it is for; it is read for that alone. */
  readonly purpose?: string | undefined
  readonly expiresIn?: Duration | undefined
  /** Wins over `expiresIn`. */
  readonly expiresAt?: Date | undefined
}

/** What `MessageEncryptor` and `MessageVerifier` have in common. */
export interface MessageOptions {
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
  /** Called when a rotation read a message. */
  readonly onRotation?: (() => void) | undefined
}

/** @throws `ERR_OPTIONS` */
export function messageCodec(scheme: Scheme, options: MessageOptions): Codec<unknown> {
  const { version = '8.1', readOnly = false, useMessageSerializerForMetadata = false } = options
  const modern = isAtLeast(version, '7.1')
  const escapes = { htmlEntities: true, jsSeparators: !isAtLeast(version, '8.1'), ...options.escapes }
  const serializer = codecSerializer(options.serializer ?? 'json', { version, escapes })
  if (options.urlSafe === true && !modern) throw since71('urlSafe', version)
  if (useMessageSerializerForMetadata && !modern) throw since71('useMessageSerializerForMetadata', version)
  if (!readOnly && !serializer.canWrite) {
    throw new SessionError(
      'ERR_OPTIONS',
      `serializer is '${serializer.name}', which can be read but not written: take 'hybrid', which reads Marshal and writes JSON, or set readOnly.`,
    )
  }
  const newer = useMessageSerializerForMetadata && options.forceLegacyMetadataSerializer !== true
  return createCodec(scheme, { serializer, version, escapes, useMessageSerializerForMetadata: newer })
}

/** Milliseconds since 1970. @throws `ERR_OPTIONS` */
export function expiry({ expiresIn, expiresAt }: MessageMetadata, now: number): number | undefined {
  if (expiresAt === undefined) return expiresIn === undefined ? undefined : now + seconds(expiresIn, 'expiresIn') * 1000
  const time = expiresAt.getTime()
  if (time >= 0 && time < LAST_TIME) return time
  throw new SessionError('ERR_OPTIONS', `expiresAt is ${String(expiresAt)}, expected a time from 1970 to 9999.`)
}

/** ISO 8601 has four digits for the year. */
const LAST_TIME = Date.UTC(10_000, 0)

function since71(option: string, version: RailsVersion): SessionError {
  return new SessionError('ERR_OPTIONS', `${option} came with Rails 7.1; version is ${version}.`)
}
