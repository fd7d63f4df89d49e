import { parseJson } from '../serializers/json.ts'
import { isJsonObject, isPrototypeKey, nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import { isUnreadable } from '../serializers/unreadable.ts'
import { FLASH_KEY, IDENTITY_KEY } from '../session/reserved-keys.ts'
import type { SessionChange } from '../stores/store.ts'
import { factsOf } from './proof.ts'

/**
 * A session's data as a store keeps it: the JSON text of each key. The flash is taken apart, so that a request that shows one
 * message and another one that sets the next do not get into each other's way: `flash.notice`, `flash.alert`. A key of the
 * application's that begins with `flash` has a colon after these letters, so that it is never taken for one. What proves who is
 * signed in stays in the cookie.
 */
export type Entries = ReadonlyMap<string, string>

const FLASH_ENTRY = 'flash.'
const LIKE_FLASH = 'flash:'

/** @param texts the JSON of the values that nobody changed, by their keys */
export function entriesOf(data: JsonObject, texts?: ReadonlyMap<string, string | undefined>): Entries {
  const entries = new Map<string, string>()
  for (const [key, value] of Object.entries(data)) {
    if (key === FLASH_KEY && isJsonObject(value)) {
      for (const [name, item] of Object.entries(value)) entries.set(FLASH_ENTRY + escape(name), JSON.stringify(item))
    } else if (key === IDENTITY_KEY) {
      entries.set(IDENTITY_KEY, JSON.stringify(factsOf(value)))
    } else if (!isUnreadable(value)) {
      // What only another application can read stays behind when a session moves out of its cookie.
      entries.set(entryName(key), texts?.get(key) ?? JSON.stringify(value))
    }
  }
  return entries
}

/** The data that entries stand for, or `undefined` where nobody of ours wrote them. */
export function dataOf(entries: Entries): JsonObject | undefined {
  const data = nullObject()
  try {
    for (const [name, text] of entries) put(data, name, parseJson(text))
    return data
  } catch {
    return undefined // not JSON, or a name that was not escaped as ours are
  }
}

/** The JSON of each key as it is kept; the flash is in many pieces, and has none. */
export function textsOf(entries: Entries): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const [name, text] of entries) if (!name.startsWith(FLASH_ENTRY)) texts.set(keyOf(name), text)
  return texts
}

/** What changes `before` into `after`. @param additions sums that were added to keys which nothing else wrote */
export function difference(
  before: Entries,
  after: Entries,
  additions: ReadonlyMap<string, number>,
): Pick<SessionChange, 'set' | 'remove' | 'add'> {
  const add = new Map<string, number>()
  for (const [key, by] of additions) add.set(entryName(key), by)
  const set = new Map<string, string>()
  let kept = 0
  for (const [name, text] of after) {
    const former = before.get(name)
    if (former !== undefined) kept++
    if (former !== text && !add.has(name)) set.set(name, text)
  }
  const remove = kept === before.size ? NONE : [...before.keys()].filter((name) => !after.has(name))
  return { set, remove, add }
}

const NONE: readonly string[] = []

function put(data: JsonObject, name: string, value: Json): void {
  const isFlash = name.startsWith(FLASH_ENTRY)
  const key = isFlash ? unescape(name.slice(FLASH_ENTRY.length)) : keyOf(name)
  if (isPrototypeKey(key)) throw new SyntaxError('a key that reaches prototypes')
  if (!isFlash) {
    data[key] = value
    return
  }
  const flash = data[FLASH_KEY]
  if (isJsonObject(flash)) flash[key] = value
  else data[FLASH_KEY] = Object.assign(nullObject(), { [key]: value })
}

function entryName(key: string): string {
  return escape(key.startsWith(FLASH_KEY) ? LIKE_FLASH + key.slice(FLASH_KEY.length) : key)
}

/** The key of an entry that is no part of the flash. */
function keyOf(name: string): string {
  return unescape(name.startsWith(LIKE_FLASH) ? FLASH_KEY + name.slice(LIKE_FLASH.length) : name)
}

/** What no database takes in a name, or two databases take differently: control characters and halves of a character. */
const AWKWARD = /["\\\p{Cc}\p{Cs}]/u

/** As JSON escapes it. */
function escape(key: string): string {
  return AWKWARD.test(key) ? JSON.stringify(key).slice(1, -1) : key
}

function unescape(name: string): string {
  return name.includes('\\') ? String(JSON.parse(`"${name}"`)) : name
}
