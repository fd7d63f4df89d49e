import { isJsonObject, nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import type { Original, SessionRecord } from '../session/host.ts'
import { UnreadableValue } from '../serializers/unreadable.ts'
import { exactValue } from './exact-json.ts'
import { exactJson, hasExactNumbers, toJson, withExactNumbers } from './exact-numbers.ts'
import { escapeJson, memberStart, memberTexts, railsJson, type JsonEscapes } from './json-text.ts'
import { rubyHash, type RubyValue } from './marshal-value.ts'
import { KEPT, type Member, type Members } from './members.ts'
import type { DeserializedSession } from './serializers.ts'

/** A Rails session taken apart: its id, its data in our shape, and what it was as it came. */
export type SessionParts = Pick<SessionRecord, 'id' | 'data' | 'texts' | 'original'>

/** What came as Marshal or MessagePack can go back in that format, too. */
interface RailsOriginal extends Original {
  readonly members?: Members
}

/** Not there where the session came as JSON, or did not come. */
export function membersOf(original: RailsOriginal | undefined): Members | undefined {
  return original?.members
}

const ID_KEY = 'session_id'
const FLASH_KEY = 'flash'
/** `"session_id":"…"` with an id of 32 characters. */
export const ID_PAIR_BYTES = 47

/**
 * What a payload holds as a session, without top-level nulls, which Rails drops; or `undefined` where Rails shows an empty session or fails: no object, or no
 * `session_id` that is text (action_dispatch/middleware/session/cookie_store.rb).
 */
export function readSession(payload: DeserializedSession): SessionParts | undefined {
  if (payload.format !== 'json') return payload.members && readMembers(payload.members)
  const { text } = payload
  // as: it says that it is JSON
  const session = payload.isExact ? (payload.value as Json) : toJson(payload.value)
  const parts = partsOf(session)
  let texts: ReadonlyMap<string, string> | undefined
  return parts && withOriginal(parts, { texts: () => (texts ??= memberTexts(text)) })
}

function withOriginal(parts: Pick<SessionParts, 'id' | 'data'>, original: RailsOriginal): SessionParts {
  return { id: parts.id, data: parts.data, texts: original.texts, original }
}

function partsOf(session: Json): Pick<SessionParts, 'id' | 'data'> | undefined {
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
  return { id, data }
}

function readMembers(members: Members): SessionParts | undefined {
  const session = nullObject()
  for (const [key, { value, problem }] of members.all) {
    // Of a flash the entries are shown that can be read; the others are null.
    if (problem === undefined || key === FLASH_KEY) session[key] = toJson(value)
  }
  const parts = partsOf(session)
  if (parts === undefined) return undefined
  for (const [key, { problem }] of members.all) {
    if (problem === undefined || key === FLASH_KEY) continue
    parts.data[key] = new UnreadableValue(problem) as unknown as Json // as: `isUnreadable` tells whoever reads data
  }
  let texts: ReadonlyMap<string, string> | undefined
  return withOriginal(parts, { members, texts: () => (texts ??= memberTextsOf(members)) })
}

function memberTextsOf({ all }: Members): ReadonlyMap<string, string> {
  return new Map([...all].map(([key, member]) => [key, textOf(member)]))
}

/** JSON of a value; of what cannot be read, a text as long as the bytes that it takes. */
function textOf({ value, problem, bytes }: Member): string {
  return problem === undefined ? exactJson(value) : JSON.stringify('?'.repeat(bytes))
}

/**
 * The session as Rails writes it: `session_id` where it was, else first; every key that nobody touched with the text that
 * it came with; top-level nulls left out.
 */
export function writeSession({ id, data, texts: textsOf, original }: SessionParts, escapes: JsonEscapes): string {
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
    if (value !== undefined && value !== null) write(key, valueText(value, key, escapes, original?.texts().get(key)))
  }
}

function isTextOf(text: string, id: string): boolean {
  return text === `"${id}"` || JSON.parse(text) === id
}

/**
 * One value as it stands under `key`: the flash in Rails' shape.
 *
 * @param before the text that the key came with, whose numbers stay exact
 */
export function valueText(value: Json, key: string | undefined, escapes: JsonEscapes, before?: string): string {
  const shaped = shapeOf(value, key)
  if (before === undefined || !hasExactNumbers(before)) return railsJson(shaped, escapes)
  return escapeJson(exactJson(withExactNumbers(shaped, exactValue(before))), escapes)
}

function shapeOf(value: Json, key: string | undefined): Json {
  return key === FLASH_KEY ? { discard: [], flashes: value } : value
}

/** The same session as a value, for serializers that write no JSON: what nobody touched with all the digits it came with. */
export function sessionValue({ id, data, texts: textsOf, original }: SessionParts): RubyValue {
  const texts = textsOf?.()
  const hash = rubyHash()
  hash[ID_KEY] = id
  for (const [key, value] of Object.entries(data)) {
    const text = texts?.get(key)
    if (value === null || text === 'null') continue
    hash[key] = text === undefined ? exactly(value, key, original) : exactValue(text)
  }
  return hash
}

function exactly(value: Json, key: string, original: Original | undefined): RubyValue {
  const before = original?.texts().get(key)
  const shaped = shapeOf(value, key)
  return before === undefined ? shaped : withExactNumbers(shaped, exactValue(before))
}

/** Whether something of it can only go back as it came. */
export function holdsUnreadable({ texts, original }: SessionParts): boolean {
  const members = membersOf(original)
  if (members === undefined) return false
  const left = texts?.()
  return [...members.all].some(([key, { problem }]) => problem !== undefined && left?.get(key) !== undefined)
}

/** The session in the format that it came in, with every key that nobody touched as it came. */
export function rewriteSession({ id, data, texts: textsOf, original }: SessionParts, members: Members): Buffer {
  const texts = textsOf?.()
  const session = new Map<string, RubyValue | typeof KEPT>()
  for (const [key, { value, problem }] of members.all) {
    const isUntouched = texts?.get(key) !== undefined
    if (key === ID_KEY) session.set(key, value === id ? KEPT : id)
    else if (isUntouched && (problem !== undefined || Object.hasOwn(data, key))) session.set(key, KEPT)
  }
  for (const [key, value] of Object.entries(data)) {
    if (!session.has(key) && value !== null) session.set(key, exactly(value, key, original))
  }
  return members.write(session)
}

/**
 * `{"discard":[…],"flashes":{…}}` (action_dispatch/middleware/flash.rb): those that are not discarded. Anything that is no
 * such object is no flash.
 */
function readFlash(flash: Json): JsonObject | undefined {
  if (!isJsonObject(flash) || !isJsonObject(flash['flashes'])) return undefined
  const discard = Array.isArray(flash['discard']) ? flash['discard'] : []
  const flashes = nullObject()
  for (const [name, value] of Object.entries(flash['flashes'])) {
    if (value !== null && !discard.includes(name)) flashes[name] = value
  }
  return Object.keys(flashes).length === 0 ? undefined : flashes
}
