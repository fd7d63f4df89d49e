import type { Duration } from '../duration.ts'
import type { RailsOptions } from '../rails/options.ts'
import type { SecretInput } from '../sealing/secrets.ts'
import type { CookieKind } from './report.ts'

/** How `inspectCookie` is to read a cookie. Without a secret it tells what is seen from outside. */
export interface InspectOptions {
  /** The cookie's name, which every seal is bound to. */
  readonly name: string
  /** Default `session`. */
  readonly kind?: CookieKind | undefined
  /** `[current, ...previous]`, for coatcheck's own format. */
  readonly secrets?: readonly SecretInput[] | undefined
  /** The settings of a Rails application, for its cookies. */
  readonly rails?: InspectRailsOptions | undefined
  /** As `createSessions` has it. Default `14d`. */
  readonly idleTimeout?: Duration | undefined
  /** As `createSessions` has it. Default `30d`. */
  readonly absoluteTimeout?: Duration | undefined
  /** Whether findings of other Rails versions are told, too. Default false: of `rails.version` alone. */
  readonly allVersions?: boolean | undefined
  /** Whether the report has the data itself. Default false: names and sizes. */
  readonly showValues?: boolean | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/** `RailsOptions`, of which the secret may be missing. `marshal` is read here, as `hybrid` reads it. */
export type InspectRailsOptions = Omit<RailsOptions, 'secretKeyBase'> & { readonly secretKeyBase?: string | undefined }
