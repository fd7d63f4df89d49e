import { SessionError } from '../errors.ts'
import { railsJson, type JsonEscapes } from './json-text.ts'
import { loadMarshal, type RubyValue } from './marshal.ts'
import type { Members } from './members.ts'
import { readMembers } from './session-members.ts'
import { parseRailsJson } from './message-json.ts'
import { dumpMessagePack, loadMessagePack } from './message-pack.ts'
import { isAtLeast, type CookiesSerializer, type RailsVersion } from './options.ts'

export type SerializerFormat = 'json' | 'marshal' | 'message_pack'

export interface Deserialized {
  readonly value: RubyValue
  readonly format: SerializerFormat
}

/** A payload that a session is in. */
export type DeserializedSession =
  | {
      readonly format: 'json'
      readonly value: RubyValue
      /** Whether the value is JSON as it is. */
      readonly isExact: boolean
      /** The text that was read: it keeps what a number loses (see `memberTexts`). */
      readonly text: string
    }
  | { readonly format: 'marshal' | 'message_pack'; readonly members: Members | undefined }

/** What one serializer setting writes and reads (active_support/messages/serializer_with_fallback.rb). */
export interface SerializerWithFallback {
  readonly name: string
  /** The format that it writes; `canWrite` is false for Marshal, which only Ruby writes. */
  readonly writes: SerializerFormat
  readonly canWrite: boolean
  /** @throws `ERR_OPTIONS` where it cannot write */
  dump(value: unknown): Buffer
  /** @throws anything, where the payload is not readable under this setting */
  load(payload: Buffer): Deserialized
  /** The same for a session, of which what cannot be read under one key leaves the others readable. @throws anything */
  loadSession(payload: Buffer): DeserializedSession
  /** Whether Rails writes a cookie anew, in its own format, because it read this one. Never under `marshal`. */
  reissues(format: SerializerFormat): boolean
}

/** @throws `ERR_OPTIONS` for `message_pack` before Rails 7.1 */
export function serializerWithFallback(
  setting: CookiesSerializer,
  { version, escapes }: { readonly version: RailsVersion; readonly escapes: JsonEscapes },
): SerializerWithFallback {
  const writes = formatOf(setting)
  if (writes === 'message_pack' && !isAtLeast(version, '7.1')) {
    throw new SessionError(
      'ERR_OPTIONS',
      `serializer is '${setting}', which came with Rails 7.1; version is ${version}.`,
    )
  }
  const readable = formatsRead(setting, version)
  const formatOfPayload = (payload: Buffer): SerializerFormat => {
    const format = detect(payload, writes, version)
    if (format === undefined || !readable.has(format)) throw new SyntaxError(`not readable under ${setting}`)
    return format
  }
  return {
    name: setting,
    writes,
    canWrite: writes !== 'marshal',
    dump: (value) => write(writes, value, escapes),
    load: (payload) => read(formatOfPayload(payload), payload),
    loadSession(payload) {
      const format = formatOfPayload(payload)
      if (format === 'json') return { format, ...parseRailsJson(payload) }
      return { format, members: readMembers(format, payload) }
    },
    reissues: (format) => writes !== 'marshal' && format !== writes,
  }
}

function formatOf(setting: CookiesSerializer): SerializerFormat {
  if (setting === 'marshal') return 'marshal'
  return setting.startsWith('message_pack') ? 'message_pack' : 'json'
}

/** The table of Rails' own versions: JSON under `marshal` since 6.1, MessagePack under everything since 7.1. */
function formatsRead(setting: CookiesSerializer, version: RailsVersion): ReadonlySet<SerializerFormat> {
  const formats = new Set<SerializerFormat>([formatOf(setting)])
  if (setting === 'marshal' && isAtLeast(version, '6.1')) formats.add('json')
  if (setting === 'hybrid' || setting.endsWith('_allow_marshal')) formats.add('marshal')
  if (isAtLeast(version, '7.1')) formats.add('json').add('message_pack')
  return formats
}

const JSON_START = /^(?:[{["]|-?\d|true|false|null)/

/** What a payload is by its first bytes. `undefined` where no format begins so, and JSON is not what is expected. */
function detect(payload: Buffer, expected: SerializerFormat, version: RailsVersion): SerializerFormat | undefined {
  if (payload[0] === 0xcc && payload[1] === 0x80 && isAtLeast(version, '7.1')) return 'message_pack'
  if (payload[0] === 0x04 && payload[1] === 0x08) return 'marshal'
  if (expected === 'json' || !isAtLeast(version, '7.1')) return 'json'
  return JSON_START.test(payload.toString('latin1', 0, 5)) ? 'json' : undefined
}

function write(format: SerializerFormat, value: unknown, escapes: JsonEscapes): Buffer {
  switch (format) {
    case 'json':
      return Buffer.from(railsJson(value, escapes))
    case 'message_pack':
      return Buffer.from(dumpMessagePack(value as RubyValue)) // as: it throws for anything else
    case 'marshal':
      throw new SessionError(
        'ERR_OPTIONS',
        "serializer is 'marshal', which can be read but not written: take 'hybrid', which reads Marshal and writes JSON.",
      )
  }
}

function read(format: SerializerFormat, payload: Buffer): Deserialized {
  switch (format) {
    case 'json':
      return { value: parseRailsJson(payload).value, format }
    case 'message_pack':
      return { value: loadMessagePack(payload), format }
    case 'marshal':
      return { value: loadMarshal(payload), format }
  }
}
