import type { Json } from '../serializers/serializer.ts'
import type { FlashEntries } from './flash.ts'
import type { ReservedKey, SessionControls } from './session.ts'
import type { Storable } from './storable.ts'

/** What a session answers to that can only be read. */
type ReadonlyControls = Pick<SessionControls, 'id' | 'isNew' | 'size' | 'status' | 'refused'> & {
  /** Messages of the request before. Reading them here does not end them: they are there until a session that can be written looks. */
  readonly flash: Readonly<FlashEntries>
}

/**
 * A session that can only be read, down to the values inside its values: what a server component or a WebSocket upgrade gets,
 * where no response is still to come that could carry the cookie. Writing is refused by the compiler, and at run time with
 * `ERR_SESSION_READONLY`. A `Session` fits wherever one of these is asked for.
 */
export type ReadonlySession<Data extends object> = {
  readonly [Key in keyof Data as Key extends ReservedKey ? never : Key]?: ReadonlyValue<Storable<Data[Key]>> | undefined
} & ReadonlyControls

/** A session that can be written, whatever it holds. */
export type WritableSession = Pick<SessionControls, 'renew' | 'reset'>

/** A value with nothing in it that can be assigned. */
export type ReadonlyValue<T> = [Json] extends [T]
  ? unknown extends T
    ? T
    : ReadonlyJson | Exclude<T, Json>
  : T extends object
    ? { readonly [Key in keyof T]: ReadonlyValue<T[Key]> }
    : T

type ReadonlyJson =
  | string
  | number
  | boolean
  | null
  | readonly ReadonlyJson[]
  | { readonly [key: string]: ReadonlyJson }
