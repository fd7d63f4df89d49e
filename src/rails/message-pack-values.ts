import { isBytes } from '../bytes.ts'
import { decodeMulti, ExtData, ExtensionCodec } from '@msgpack/msgpack'
import { isPrototypeKey } from '../serializers/plain.ts'
import { rubyFloat, rubyHash, rubyInteger, type RubyValue, utf8Text } from './marshal-value.ts'
import { checkBounds } from './message-pack-bounds.ts'
import { MessagePackError } from './message-pack-error.ts'
import { type Extension, extensionValue } from './message-pack-extensions.ts'

/** The library's own extension type, which Rails does not register: as unknown here as any other. */
const codec = new ExtensionCodec()
codec.register({ type: -1, encode: () => null, decode: (data) => new ExtData(-1, data) })

/** Without `rawStrings` the library would read bytes that are no UTF-8 as something or other. */
const OPTIONS = {
  extensionCodec: codec,
  useBigInt64: true,
  rawStrings: true,
  keyDecoder: {
    canBeCached: () => true,
    decode: (bytes: Uint8Array, start: number, length: number) => text(bytes.subarray(start, start + length)),
  },
  mapKeyConverter: keyOf,
}

/**
 * The values that stand one behind the other in `bytes`.
 *
 * @param depth how many containers they stand in
 * @throws {@link MessagePackError}
 */
export function readValues(bytes: Uint8Array, depth: number): RubyValue[] {
  return rawValues(bytes, depth).map((value) => plain(value, depth))
}

/** As {@link readValues}, but with text still as bytes, and extensions as they are. */
function rawValues(bytes: Uint8Array, depth: number): unknown[] {
  checkBounds(bytes, depth)
  try {
    return [...decodeMulti(bytes, OPTIONS)]
  } catch (error) {
    if (error instanceof MessagePackError) throw error
    throw new MessagePackError('a MessagePack payload is broken', { cause: error })
  }
}

/** What the library decoded, as plain data; {@link checkBounds} has counted the levels within it. */
function plain(value: unknown, depth: number): RubyValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return rubyFloat(value)
  if (typeof value === 'bigint') return rubyInteger(value)
  if (isBytes(value)) return text(value)
  if (value instanceof ExtData) return extensionValue(extensionOf(value, depth))
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  const hash = rubyHash()
  for (const [key, item] of Object.entries(value ?? {})) hash[key] = plain(item, depth + 1)
  return hash
}

/** Extensions are no level of their own: whatever nests in one is in an array or a hash. */
function extensionOf({ type, data }: ExtData, depth: number): Extension {
  const bytes = typeof data === 'function' ? data(0) : data
  return {
    type,
    bytes,
    text: () => text(bytes),
    items: () => rawValues(bytes, depth),
    plain: (item) => plain(item, depth),
  }
}

function text(bytes: Uint8Array): string {
  const decoded = utf8Text(bytes)
  if (decoded === undefined) throw new MessagePackError('a MessagePack payload holds a string that is not UTF-8')
  return decoded
}

/** Text, a Symbol or an integer, as text. */
function keyOf(value: unknown): string {
  const key = isKey(value) ? plain(value, 0) : undefined
  if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint') {
    throw new MessagePackError('a MessagePack payload has a hash key that is neither text nor an integer')
  }
  if (isPrototypeKey(String(key))) throw new MessagePackError('a MessagePack payload has a key that reaches prototypes')
  return String(key)
}

function isKey(value: unknown): boolean {
  if (value instanceof ExtData) return value.type === 0 || value.type === 1
  return ['string', 'bigint'].includes(typeof value) || Number.isInteger(value) || isBytes(value)
}
