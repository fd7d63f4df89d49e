import { clockOf } from '../clock.ts'
import { blameCaller } from '../errors.ts'
import { createJar, type CookieJar } from '../cookies/jar.ts'
import { railsFormat } from './rails-format.ts'
import type { RailsOptions } from './options.ts'

export interface RailsJarOptions extends RailsOptions {
  /** The request's Cookie header. */
  readonly cookieHeader?: string | null | undefined
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: (() => number) | undefined
}

/**
 * The cookies of one request in Rails' own formats: `cookies.signed`, `cookies.encrypted`, `cookies.permanent`.
 *
 * Deriving keys takes some milliseconds. Inside an application use `sessions.jar(request)`, whose keys are kept.
 *
 * @throws `ERR_OPTIONS`, `ERR_SECRET`
 */
export function railsJar({ cookieHeader, clock: given, ...options }: RailsJarOptions): CookieJar {
  const clock = clockOf(given)
  const format = blameCaller(railsJar, () => railsFormat(options))
  return createJar({
    cookieHeader: cookieHeader ?? undefined,
    sealers: format.sealers(clock),
    plainValue: format.plainValue,
    now: () => Math.floor(clock() / 1000),
    onRefused: () => {},
    onIgnored: () => {},
    onOverflow: () => {},
    onSent: () => {},
  })
}
