import { railsJson, type JsonEscapes } from './json-text.ts'
import { readEnvelope } from './message-envelope.ts'
import type { CodecSerializer } from './message-serializer.ts'
import { expiryOf, judge, unwrap, wrap, type EnvelopeFields, type ExpectedPurpose, type Metadata } from './metadata.ts'
import { isAtLeast, type RailsVersion } from './options.ts'
import type { Attempt } from './rotation.ts'
import type { Scheme } from './schemes.ts'

/** What a message turned out to hold. */
export interface OpenedMessage<Value> {
  readonly value: Value
  /** Milliseconds since 1970, or `undefined` for a message that does not end. */
  readonly expiresAt: number | undefined
}

/** Values as messages and back: a serializer, the metadata around it, and a scheme (active_support/messages/codec.rb). */
export interface Codec<Value> {
  /** @throws `ERR_SESSION_VALUE`, `ERR_OPTIONS` */
  write(value: Value, metadata: Metadata, iv?: Buffer): string
  /** @param now milliseconds since 1970 */
  read(message: string, purpose: ExpectedPurpose, now: number): Attempt<OpenedMessage<Value>>
}

export interface CodecSettings<Value> {
  readonly serializer: CodecSerializer<Value>
  readonly version: RailsVersion
  readonly escapes: JsonEscapes
  /** `use_message_serializer_for_metadata`: write the newer envelope, where the serializer has one. */
  readonly useMessageSerializerForMetadata?: boolean
}

/** JSON's limit in Ruby; the newer envelope takes two levels of it. */
const MAXIMUM_DEPTH = 100

export function createCodec<Value>(scheme: Scheme, settings: CodecSettings<Value>): Codec<Value> {
  const { serializer, version, escapes, useMessageSerializerForMetadata = false } = settings
  const modern = isAtLeast(version, '7.1')
  const rule = modern ? 'prefix' : 'parsed'
  // A codec writes one purpose as a rule, and JSON of it takes as long as all of the envelope.
  let known = { purpose: '', json: '""' }
  const jsonText = (purpose: string): string => {
    if (known.purpose !== purpose) known = { purpose, json: railsJson(purpose, escapes) }
    return known.json
  }
  return {
    write: (value, metadata, iv) => scheme.seal(serializeWithMetadata(value, metadata), iv),
    read(message, purpose, now) {
      const plaintext = scheme.open(message)
      if (typeof plaintext === 'string') return { ok: false, reason: plaintext, fault: 'format' }
      return deserializeWithMetadata(plaintext, purpose, now)
    },
  }

  function serializeWithMetadata(value: Value, metadata: Metadata): Buffer {
    const bare = metadata.purpose === undefined && metadata.expiresAt === undefined
    if (useMessageSerializerForMetadata && !bare && serializer.envelope !== undefined) {
      return serializer.envelope(serializer.check(value, MAXIMUM_DEPTH - 2), metadata)
    }
    return wrap(serializer.dump(serializer.check(value, MAXIMUM_DEPTH)), metadata, jsonText)
  }

  function deserializeWithMetadata(
    plaintext: Buffer,
    purpose: ExpectedPurpose,
    now: number,
  ): Attempt<OpenedMessage<Value>> {
    const envelope = unwrap(plaintext, rule)
    if (envelope === 'malformed') return { ok: false, reason: 'malformed', fault: 'format' }
    if (envelope !== undefined) return accept(envelope, deserialize, envelope.payload)
    const payload = deserialize(plaintext)
    const inner = payload.ok && modern ? readEnvelope(payload.value) : undefined
    if (inner === 'malformed') return { ok: false, reason: 'malformed', fault: 'content' }
    if (inner !== undefined) return accept(inner, accepted, inner.data)
    if (!payload.ok) return payload
    if (!purpose.mayBeAbsent) return { ok: false, reason: 'tampered', fault: 'content' }
    return { ok: true, value: { value: payload.value, expiresAt: undefined } }

    function accept<Held>(
      fields: EnvelopeFields,
      valueOf: (held: Held) => Attempt<Value>,
      held: Held,
    ): Attempt<OpenedMessage<Value>> {
      const reason = judge(fields, now, purpose, rule)
      if (reason !== undefined) return { ok: false, reason, fault: 'content' }
      const value = valueOf(held)
      return value.ok ? { ok: true, value: { value: value.value, expiresAt: expiryOf(fields.exp) } } : value
    }
  }

  function accepted(data: unknown): Attempt<Value> {
    return { ok: true, value: data as Value } // as: what the serializer read is of its values, what is inside of it too
  }

  function deserialize(payload: Buffer): Attempt<Value> {
    try {
      return { ok: true, value: serializer.load(payload) }
    } catch {
      return { ok: false, reason: 'malformed', fault: 'serialization' }
    }
  }
}
