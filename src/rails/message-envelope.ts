import { encode, ExtData } from '@msgpack/msgpack'
import { dumpMessagePack } from './message-pack.ts'
import type { RubyValue } from './marshal-value.ts'
import type { EnvelopeFields, Metadata } from './metadata.ts'

/** The newer envelope as a value: `{"_rails":{"data":…,"exp":…,"pur":…}}`, without the keys that say nothing. */
export function envelopeValue(data: unknown, { purpose, expiresAt }: Metadata): object {
  return {
    _rails: {
      data,
      ...(expiresAt === undefined ? {} : { exp: new Date(expiresAt).toISOString() }),
      ...(purpose === undefined ? {} : { pur: purpose }),
    },
  }
}

/** The newer envelope that a value is; `undefined` where it is none; `malformed` where it is neither. */
export function readEnvelope(value: unknown): (EnvelopeFields & { readonly data: unknown }) | undefined | 'malformed' {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '_rails')) return undefined
  const { _rails: inner } = value as { _rails: unknown } // as: hasOwn says so
  if (typeof inner !== 'object' || inner === null) return 'malformed'
  const { data = null, exp, pur } = inner as { data?: unknown; exp?: unknown; pur?: unknown } // as: all are unknown
  return { data, exp, pur }
}

/** The extension type of a Time in active_support/message_pack/extensions.rb. */
const TIME = 7

/** The same in MessagePack, where `exp` is a Time. `value` must be plain data. */
export function packedEnvelope(value: RubyValue, { purpose, expiresAt }: Metadata): Buffer {
  const members = [packed('data'), packed(value)]
  if (expiresAt !== undefined) members.push(packed('exp'), packedTime(expiresAt))
  if (purpose !== undefined) members.push(packed('pur'), packed(purpose))
  const [signature, outer, inner] = [Buffer.of(0xcc, 0x80), Buffer.of(0x81), Buffer.of(0x80 + members.length / 2)]
  return Buffer.concat([signature, outer, packed('_rails'), inner, ...members])
}

/** Seconds, nanoseconds and the offset from UTC. */
function packedTime(milliseconds: number): Uint8Array {
  const seconds = Math.floor(milliseconds / 1000)
  const nanoseconds = (milliseconds % 1000) * 1_000_000
  return encode(new ExtData(TIME, Buffer.concat([packed(seconds), packed(nanoseconds), packed(0)])))
}

/** One value, without the signature in front of a payload. */
function packed(value: RubyValue): Uint8Array {
  return dumpMessagePack(value).subarray(2)
}
