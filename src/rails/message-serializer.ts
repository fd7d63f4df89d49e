import { isBytes } from '../bytes.ts'
import { SessionError } from '../errors.ts'
import { plainCopy } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { withoutFloats } from './exact-numbers.ts'
import { railsJson, type JsonEscapes } from './json-text.ts'
import { envelopeValue, packedEnvelope } from './message-envelope.ts'
import { parseRailsJson } from './message-json.ts'
import type { CookiesSerializer, RailsVersion } from './options.ts'
import type { Metadata } from './metadata.ts'
import { serializerWithFallback } from './serializers.ts'

/** A serializer of your own, as Rails takes any object with `dump` and `load`. */
export interface CustomSerializer {
  dump(value: unknown): string | Uint8Array
  /** @throws anything, for bytes that it cannot read */
  load(bytes: Buffer): unknown
}

/**
 * What a message's payload is. Beside Rails' symbols: `ruby_json`, Ruby's own `JSON` class, which escapes nothing and reads
 * nothing else (`serializer: JSON`); `null`, bytes as they are (`NullSerializer`); and an object of your own.
 */
export type MessageSerializer = CookiesSerializer | 'ruby_json' | 'null' | CustomSerializer

/** One of them, ready. */
export interface CodecSerializer<Value = unknown> {
  readonly name: string
  readonly canWrite: boolean
  /**
   * A value in the newer envelope, `{"_rails":{"data":…}}`. Not there for serializers that are not on Rails' list of those
   * that may write it.
   */
  readonly envelope?: (value: Value, metadata: Metadata) => Buffer
  /** A value that comes back as it was. @throws `ERR_SESSION_VALUE` */
  check(value: Value, maxDepth: number): Value
  dump(value: Value): Buffer
  /** @throws anything */
  load(bytes: Buffer): Value
}

/** @throws `ERR_OPTIONS` */
export function codecSerializer(
  serializer: MessageSerializer,
  settings: { readonly version: RailsVersion; readonly escapes: JsonEscapes },
): CodecSerializer {
  if (typeof serializer === 'object') return customSerializer(serializer)
  if (serializer === 'null') return nullSerializer as CodecSerializer // as: `dump` looks at what it is given
  if (serializer === 'ruby_json') return rubyJson
  const rails = serializerWithFallback(serializer, settings)
  return {
    ...rails,
    check: plainValue,
    envelope: (value, metadata) =>
      rails.writes === 'message_pack'
        ? packedEnvelope(value as Json, metadata) // as: `check` gave it
        : rails.dump(envelopeValue(value, metadata)),
    load: (bytes) => withoutFloats(rails.load(bytes).value),
  }
}

const UNESCAPED: JsonEscapes = { htmlEntities: false, jsSeparators: false }

const rubyJson: CodecSerializer = {
  name: 'ruby_json',
  canWrite: true,
  check: plainValue,
  envelope: (value, metadata) => dumpUnescaped(envelopeValue(value, metadata)),
  dump: dumpUnescaped,
  load: (bytes) => parseRailsJson(bytes).value,
}

/** Bytes as they are: what cookies are sealed with, because their jar has a serializer of its own. */
export const nullSerializer: CodecSerializer<Buffer> = {
  name: 'null',
  canWrite: true,
  check: (value) => value,
  dump: (value) => toBytes(value, "with serializer 'null' a value"),
  load: (bytes) => bytes,
}

function customSerializer(custom: CustomSerializer): CodecSerializer {
  return {
    name: 'custom',
    canWrite: true,
    check: (value) => value,
    dump: (value) => toBytes(custom.dump(value), 'what serializer.dump gave'),
    load: (bytes) => custom.load(bytes),
  }
}

function dumpUnescaped(value: unknown): Buffer {
  return Buffer.from(railsJson(value, UNESCAPED))
}

function plainValue(value: unknown, maxDepth: number): unknown {
  return plainCopy(value, 'value', maxDepth)
}

function toBytes(value: unknown, what: string): Buffer {
  if (typeof value === 'string') return Buffer.from(value)
  if (Buffer.isBuffer(value)) return value
  if (isBytes(value)) return Buffer.from(value)
  throw new SessionError('ERR_SESSION_VALUE', `${what} is ${typeof value}, expected text or bytes.`)
}
