import type { Json } from '../serializers/serializer.ts'

/**
 * What the types refuse, each as a sentence: assigning a `Date` to a key that was declared as one gives
 * `Type 'Date' is not assignable to type '"a Date comes back as a string: store date.toISOString()"'`.
 *
 * The run-time guard refuses the same values; the types only say it sooner.
 */
export type Storable<T> = [Json] extends [T]
  ? T // Json itself, any and unknown: the run-time guard decides
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends bigint
      ? 'a bigint has no JSON: store String(value)'
      : T extends symbol
        ? 'a symbol has no JSON: store its description'
        : T extends Date
          ? 'a Date comes back as a string: store date.toISOString()'
          : T extends ReadonlyMap<unknown, unknown> | WeakMap<WeakKey, unknown>
            ? 'a Map comes back empty: store Object.fromEntries(map), or the ids in it'
            : T extends ReadonlySet<unknown> | WeakSet<WeakKey>
              ? 'a Set comes back empty: store [...set]'
              : T extends Promise<unknown>
                ? 'a Promise comes back empty: is an await missing?'
                : T extends ArrayBufferView | ArrayBuffer
                  ? 'bytes come back as an object of numbers: store them as base64url text'
                  : T extends (...args: never[]) => unknown
                    ? 'a function has no JSON: store the name of what it does'
                    : T extends readonly unknown[]
                      ? StorableItems<T>
                      : T extends object
                        ? StorableObject<T>
                        : T

type StorableItems<T extends readonly unknown[]> = {
  [At in keyof T]: undefined extends T[At]
    ? unknown extends T[At]
      ? T[At]
      : 'undefined in an array comes back as null: leave it out, or store null'
    : Storable<T[At]>
}

type StorableObject<T extends object> =
  LooksLikeRecord<T> extends true
    ? 'this looks like a database record, and a copy goes stale: store its id'
    : { [Key in keyof T]: Storable<T[Key]> }

type IdKey = 'id' | '_id' | 'uuid'
type TimestampKey =
  `${'created' | 'updated' | 'inserted' | 'modified' | 'deleted'}${'At' | '_at' | 'On' | '_on' | 'Date' | '_date'}`

/** An id beside a timestamp, or beside four or more other fields. */
type LooksLikeRecord<T> = [keyof T & IdKey] extends [never]
  ? false
  : [keyof T & TimestampKey] extends [never]
    ? HasFour<Exclude<keyof T & string, IdKey>>
    : true

type HasFour<Keys> = [DropOne<DropOne<DropOne<Keys>>>] extends [never] ? false : true

/** A union without one of its members; nothing without anything. */
type DropOne<Union> = [Union] extends [never] ? never : Exclude<Union, LastOf<Union>>

/** One member of a union: the last overload of an intersection of functions, one a member, is what `infer` sees. */
type LastOf<Union> = (Union extends unknown ? (member: () => Union) => void : never) extends (
  intersection: infer Functions,
) => void
  ? Functions extends () => infer Last
    ? Last
    : never
  : never
