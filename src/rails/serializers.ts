import { SessionError } from '../errors.ts'
import { railsJson, type JsonEscapes } from './json-text.ts'
import { loadMarshal, type RubyValue } from './marshal.ts'
import { parseRailsJson } from './message-json.ts'
import { dumpMessagePack, loadMessagePack } from './message-pack.ts'
import { isAtLeast, type CookiesSerializer, type RailsVersion } from './options.ts'

export type SerializerFormat = 'json' | 'marshal' | 'message_pack'

export interface Deserialized {
  readonly value: unknown
  readonly format: SerializerFormat
  /** The text that was read, where the format is JSON: it keeps what a number loses (see `memberTexts`). */
  readonly jsonText?: string
}

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
  return {
    name: setting,
    writes,
    canWrite: writes !== 'marshal',
    dump: (value) => write(writes, value, escapes),
    load(payload) {
      const format = detect(payload, writes, version)
      if (format === undefined || !readable.has(format)) throw new SyntaxError(`not readable under ${setting}`)
      return read(format, payload)
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
    case 'json': {
      const { value, text } = parseRailsJson(payload)
      return { value, format, jsonText: text }
    }
    case 'message_pack':
      return { value: loadMessagePack(payload), format }
    case 'marshal':
      return { value: loadMarshal(payload), format }
  }
}
