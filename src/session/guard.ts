import { SessionError } from '../errors.ts'
import { isContainer, MAXIMUM_DEPTH, pathText, pathTo, plainCopy, type Path } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'

/** Identity, not state: what may be stored beyond what JSON can carry. */
export interface GuardRules {
  /** Whether objects that look like database records are refused. */
  readonly refuseRecords: boolean
  /** The most bytes of JSON that one value of the session may take. */
  readonly maxValueBytes: number
  /** How many containers a value may nest. */
  readonly maxDepth: number
}

/** `guard: 'identity'`, the default. */
export const IDENTITY_RULES: GuardRules = { refuseRecords: true, maxValueBytes: 1024, maxDepth: 8 }
/** `guard: 'json'`: only what JSON would change is refused. */
export const JSON_RULES: GuardRules = { refuseRecords: false, maxValueBytes: Number.POSITIVE_INFINITY, maxDepth: 8 }

const ID_KEYS = ['id', '_id', 'uuid']
const TIMESTAMP_KEY = /^(created|updated|inserted|modified|deleted)_?(at|on|date)$/i
const FIELDS_OF_A_RECORD = 4

/**
 * A storable copy of `value`: what JSON keeps, and no record in it.
 *
 * @param path what to call it in the error, as `session.account`
 * @param depth how many containers of its key it will stand in
 * @throws `ERR_SESSION_VALUE`
 */
export function guardedCopy(value: unknown, path: Path, rules: GuardRules, depth = 0): Json {
  const copy = plainCopy(value, path, rules.maxDepth, depth)
  if (rules.refuseRecords && isContainer(copy)) refuseRecords(copy, path)
  return copy
}

/** A storable copy for the flash, which stands in one container more than other values. @throws `ERR_SESSION_VALUE` */
export function guardedFlashCopy(value: unknown, path: Path, rules: GuardRules): Json {
  return guardedCopy(value, path, { ...rules, maxDepth: Math.min(rules.maxDepth, MAXIMUM_DEPTH - 2) })
}

/**
 * Refuses a record anywhere in `value`: an `id`, `_id` or `uuid` beside four or more other fields, or beside a timestamp
 * such as `createdAt`. That is what Prisma, Drizzle and Active Record return; a cart line `{ id, qty }` is none.
 */
function refuseRecords(value: Json[] | JsonObject, path: Path): void {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      if (isContainer(item)) refuseRecords(item, () => `${pathText(path)}[${at}]`)
    }
    return
  }
  refuseRecord(value, path)
  for (const [key, item] of Object.entries(value)) {
    if (isContainer(item)) refuseRecords(item, () => pathTo(pathText(path), key))
  }
}

/** Refuses `object` where it is a record, or would be with one more property, `name`. @throws `ERR_SESSION_VALUE` */
export function refuseRecord(object: JsonObject, path: Path, name?: string): void {
  // Most objects have no id, and are not looked at any further, however large they are.
  const id = ID_KEYS.find((key) => key === name || key in object)
  if (id === undefined) return
  const others = Object.keys(object).filter((key) => !ID_KEYS.includes(key))
  if (name !== undefined && !ID_KEYS.includes(name) && !(name in object)) others.push(name)
  const timestamp = others.find((key) => TIMESTAMP_KEY.test(key))
  if (others.length < FIELDS_OF_A_RECORD && timestamp === undefined) return
  const beside = timestamp === undefined ? `${others.length} other fields` : `"${timestamp}"`
  const where = pathText(path)
  throw new SessionError(
    'ERR_SESSION_VALUE',
    `${where} looks like a record ("${id}" beside ${beside}) and is refused: a copy of it goes stale in the session. Store its ${id} alone, as ${idPath(where)}, and load it where it is needed.`,
  )
}

/** Refuses one value that takes more than its share. `bytes` is the length of its JSON in UTF-8. */
export function refuseLargeValue(bytes: number, path: Path, rules: GuardRules): void {
  if (bytes <= rules.maxValueBytes) return
  throw new SessionError(
    'ERR_SESSION_VALUE',
    `${pathText(path)} is ${bytes} bytes of JSON, ${bytes - rules.maxValueBytes} over the ${rules.maxValueBytes} that one value may take. A session carries identity, not state: store an id, and keep the rest in a database.`,
  )
}

function idPath(path: string): string {
  return path.endsWith(']') ? 'a list of ids' : `${path}Id`
}
