import { SessionError } from '../errors.ts'
import { plainCopy } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'

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
 * @throws `ERR_SESSION_VALUE`
 */
export function guardedCopy(value: unknown, path: string, rules: GuardRules): Json {
  const copy = plainCopy(value, path, rules.maxDepth)
  if (rules.refuseRecords) refuseRecords(copy, path)
  return copy
}

/**
 * Refuses a record anywhere in `value`: an `id`, `_id` or `uuid` beside four or more other fields, or beside a timestamp
 * such as `createdAt`. That is what Prisma, Drizzle and Active Record return; a cart line `{ id, qty }` is none.
 */
export function refuseRecords(value: Json, path: string): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) refuseRecords(item, `${path}[${at}]`)
    return
  }
  const id = ID_KEYS.find((key) => key in value)
  const others = Object.keys(value).filter((key) => !ID_KEYS.includes(key))
  const timestamp = others.find((key) => TIMESTAMP_KEY.test(key))
  if (id !== undefined && (others.length >= FIELDS_OF_A_RECORD || timestamp !== undefined)) {
    const beside = timestamp ?? `${others.length} other fields`
    throw new SessionError(
      'ERR_SESSION_VALUE',
      `${path} looks like a record ("${id}" beside ${timestamp === undefined ? beside : `"${beside}"`}) and is refused: a copy of it goes stale in the session. Store its ${id} alone, as ${idPath(path)}, and load it where it is needed.`,
    )
  }
  for (const [key, item] of Object.entries(value)) refuseRecords(item, `${path}.${key}`)
}

/** Refuses one value that takes more than its share. `bytes` is the length of its JSON in UTF-8. */
export function refuseLargeValue(bytes: number, path: string, rules: GuardRules): void {
  if (bytes <= rules.maxValueBytes) return
  throw new SessionError(
    'ERR_SESSION_VALUE',
    `${path} is ${bytes} bytes of JSON, ${bytes - rules.maxValueBytes} over the ${rules.maxValueBytes} that one value may take. A session carries identity, not state: store an id, and keep the rest in a database.`,
  )
}

function idPath(path: string): string {
  return path.endsWith(']') ? 'a list of ids' : `${path}Id`
}
