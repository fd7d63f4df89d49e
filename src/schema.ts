import { SessionError } from './errors.ts'
import { plainCopy } from './serializers/plain.ts'
import type { JsonObject } from './serializers/serializer.ts'

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

function run<Data extends object>(schema: StandardSchema<Data>, value: unknown): JsonObject | undefined {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    throw new SessionError(
      'ERR_OPTIONS',
      'schema validates asynchronously; a session opens synchronously. Use a schema without async checks.',
    )
  }
  if (result.issues !== undefined) return undefined
  return plainCopy(result.value, 'session') as JsonObject // as: a copy of an object is an object
}
