import { isJsonObject, nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import type { SessionRecord } from '../session/host.ts'
import { exactJson, exactValue, losesDigits, toJson } from './exact-numbers.ts'
import { memberStart, memberTexts, railsJson, type JsonEscapes } from './json-text.ts'
import { rubyHash, type RubyValue } from './marshal-value.ts'
import type { Deserialized } from './serializers.ts'

/** A Rails session taken apart: its id, its data in our shape, and the text of each key where it came as JSON. */
export type SessionParts = Pick<SessionRecord, 'id' | 'data' | 'texts'>

const ID_KEY = 'session_id'
const FLASH_KEY = 'flash'
/** `"session_id":"…"` with an id of 32 characters. */
export const ID_PAIR_BYTES = 47

/**
 * What a payload holds as a session, without top-level nulls, which Rails drops; or `undefined` where Rails shows an empty session or fails: no object, or no
 * `session_id` that is text (action_dispatch/middleware/session/cookie_store.rb).
 */
export function readSession({ value, jsonText }: Deserialized): SessionParts | undefined {
  // as: JSON gives JSON, and every other serializer such values
  const session = jsonText === undefined ? toJson(value as RubyValue) : (value as Json)
  if (!isJsonObject(session)) return undefined
  const { [ID_KEY]: id, [FLASH_KEY]: flash } = session
  if (typeof id !== 'string') return undefined
  const data = nullObject()
  // Objects of JSON have no enumerable prototype here.
  for (const key in session) {
    const item = session[key]
    if (key !== ID_KEY && key !== FLASH_KEY && item !== undefined && item !== null) data[key] = item
  }
  const flashes = flash === undefined ? undefined : readFlash(flash)
  if (flashes !== undefined) data[FLASH_KEY] = flashes
  const text = jsonText ?? (losesDigits(value as RubyValue) ? exactJson(value as RubyValue) : undefined) // as: see above
  return { id, data, texts: text === undefined ? undefined : () => memberTexts(text) }
}

/**
 * The session as Rails writes it: `session_id` where it was, else first; every key that nobody touched with the text that
 * it came with; top-level nulls left out.
 */
export function writeSession({ id, data, texts: textsOf }: SessionParts, escapes: JsonEscapes): string {
  const texts = textsOf?.()
  let json = ''
  // Added piece by piece from the left, which V8 makes a text of at the end, in half the time that `join` takes.
  const write = (key: string, text: string): void => {
    const start = memberStart(key, escapes)
    json = (json === '' ? `{${start.slice(1)}` : json + start) + text
  }
  if (texts?.has(ID_KEY) !== true) write(ID_KEY, railsJson(id, escapes))
  for (const [key, text] of texts ?? []) {
    if (key === ID_KEY) write(key, text !== undefined && isTextOf(text, id) ? text : railsJson(id, escapes))
    else if (text !== undefined && text !== 'null' && Object.hasOwn(data, key)) write(key, text)
    else writeValue(key)
  }
  for (const key of Object.keys(data)) if (texts?.has(key) !== true) writeValue(key)
  return `${json}}`

  function writeValue(key: string): void {
    const value = data[key]
    if (value !== undefined && value !== null) write(key, valueText(value, key, escapes))
  }
}

function isTextOf(text: string, id: string): boolean {
  return text === `"${id}"` || JSON.parse(text) === id
}

/** One value as it stands under `key`: the flash in Rails' shape. */
export function valueText(value: Json, key: string | undefined, escapes: JsonEscapes): string {
  return railsJson(key === FLASH_KEY ? { discard: [], flashes: value } : value, escapes)
}

/** The same session as a value, for serializers that write no JSON: what nobody touched with all the digits it came with. */
export function sessionValue({ id, data, texts: textsOf }: SessionParts): RubyValue {
  const texts = textsOf?.()
  const hash = rubyHash()
  hash[ID_KEY] = id
  for (const [key, value] of Object.entries(data)) {
    const text = texts?.get(key)
    if (value === null || text === 'null') continue
    if (text !== undefined) hash[key] = exactValue(text)
    else hash[key] = key === FLASH_KEY ? { discard: [], flashes: value } : value
  }
  return hash
}

/**
 * `{"discard":[…],"flashes":{…}}` (action_dispatch/middleware/flash.rb): those that are not discarded. Anything that is no
 * such object is no flash.
 */
function readFlash(flash: Json): JsonObject | undefined {
  if (!isJsonObject(flash) || !isJsonObject(flash['flashes'])) return undefined
  const discard = Array.isArray(flash['discard']) ? flash['discard'] : []
  const flashes = nullObject()
  for (const [name, value] of Object.entries(flash['flashes'])) if (!discard.includes(name)) flashes[name] = value
  return Object.keys(flashes).length === 0 ? undefined : flashes
}
