import { SessionError } from './errors.ts'
import { isJsonObject, nullObject, plainCopy } from './serializers/plain.ts'
import type { Json, JsonObject } from './serializers/serializer.ts'

/**
 * The part of the Standard Schema interface (https://standardschema.dev, version 1) that we call. Any schema library that
 * implements it fits by shape.
 */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** Data that a schema accepted, perhaps after `migrate`. */
export interface Validated {
  readonly data: JsonObject
  readonly migrated: boolean
}

/**
 * Validates what an old cookie holds; `undefined` where it does not fit and `migrate` cannot help.
 *
 * @throws `ERR_OPTIONS` when the schema is asynchronous, `ERR_SESSION_VALUE` when it makes values that cannot be stored
 */
export function validate<Data extends object>(
  data: JsonObject,
  schema: StandardSchema<Data>,
  migrate: ((old: JsonObject) => Data | undefined) | undefined,
): Validated | undefined {
  const valid = run(schema, data)
  if (valid !== undefined) return { data: valid, migrated: JSON.stringify(valid) !== JSON.stringify(data) }
  const migrated = migrate?.(data)
  if (migrated === undefined) return undefined
  const validAgain = run(schema, migrated)
  return validAgain && { data: validAgain, migrated: true }
}

/**
 * The same for a session that another application writes as well. What the schema does not name is not ours to drop: it stays,
 * at any depth. And what the schema makes of the rest is for handlers; it is written where a handler writes it, or where
 * `migrate` made it, so that the other application finds what it wrote.
 *
 * @throws as {@link validate}
 */
export function validateShared<Data extends object>(
  data: JsonObject,
  schema: StandardSchema<Data>,
  migrate: ((old: JsonObject) => Data | undefined) | undefined,
): Validated | undefined {
  const valid = run(schema, data) ?? run(schema, named(data, schema))
  if (valid !== undefined) return { data: withUnnamed(valid, data), migrated: false }
  const migrated = migrate?.(data)
  if (migrated === undefined) return undefined
  const validAgain = run(schema, migrated) ?? run(schema, named(migrated as JsonObject, schema)) // as: it is to be stored
  return validAgain && { data: Object.assign(nullObject(), data, validAgain), migrated: true }
}

/** Everything of `valid`, and what only `data` has in the same places. */
function withUnnamed(valid: JsonObject, data: JsonObject): JsonObject {
  const all = Object.assign(nullObject(), valid)
  for (const [key, item] of Object.entries(data)) all[key] = key in valid ? merged(valid[key], item) : item
  return all
}

function merged(valid: Json | undefined, item: Json): Json {
  if (isJsonObject(valid) && isJsonObject(item)) return withUnnamed(valid, item)
  if (!Array.isArray(valid) || !Array.isArray(item) || valid.length !== item.length) return valid ?? item
  return valid.map((each, at) => merged(each, item[at] ?? null))
}

/** A key that no schema names. */
const STRANGER = 'coatcheck_asks'

/**
 * `data` without the keys at which a strict schema says what it says of a key that nobody named. Seldom asked: where a schema
 * refuses all of `data`.
 */
function named<Data extends object>(data: JsonObject, schema: StandardSchema<Data>): JsonObject {
  const known = nullObject()
  for (const [key, item] of Object.entries(data)) {
    const said = complaints(schema, key, item)
    if (said === '' || said !== complaints(schema, STRANGER, item)) known[key] = item
  }
  return known
}

/** What the schema says of an object with that key alone, with a dash for its name. */
function complaints<Data extends object>(schema: StandardSchema<Data>, key: string, item: Json): string {
  const { issues = [] } = answer(schema, { [key]: item })
  const name = new RegExp(`(?<!\\w)${key.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?!\\w)`, 'g')
  return issues.map(({ message }) => message.replaceAll(name, '-')).join('\n')
}

function run<Data extends object>(schema: StandardSchema<Data>, value: unknown): JsonObject | undefined {
  const result = answer(schema, value)
  if (result.issues !== undefined) return undefined
  return plainCopy(result.value, 'session') as JsonObject // as: a copy of an object is an object
}

function answer<Data extends object>(schema: StandardSchema<Data>, value: unknown): SchemaResult<Data> {
  const result = schema['~standard'].validate(value)
  if ('then' in result) {
    throw new SessionError(
      'ERR_OPTIONS',
      'schema validates asynchronously; a session opens synchronously. Use a schema without async checks.',
    )
  }
  return result
}
