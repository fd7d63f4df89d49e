import { isAtLeast, RAILS_VERSIONS, type RailsVersion } from '../rails/options.ts'

/**
 * What a Rails of those versions does:
 *
 * | effect | it … |
 * |---|---|
 * | `raises` | answers 500 |
 * | `empty` | shows an empty session; a jar has no such cookie |
 * | `changes` | reads it, and what is written next differs from what was there |
 * | `accepts` | reads it, where one might not expect that |
 *
 * Findings stand in the order in which Rails comes upon them, so that the first `raises` or `empty` is what it does.
 * Two effects are not about Rails: `drops`, browsers do not keep it; `coatcheck`, Rails reads it and we do not.
 */
export type Effect = 'raises' | 'empty' | 'changes' | 'accepts' | 'drops' | 'coatcheck'

/** One thing about a cookie that somebody would not like. Names and sizes, never values. */
export interface Finding {
  /** Stable, as `no-session-id`. */
  readonly code: string
  readonly effect: Effect
  /** The versions of Rails that do so; none where it is not about Rails. */
  readonly versions: readonly RailsVersion[]
  readonly message: string
}

/** Where something was found: `since` is the first version it concerns, `before` the first one that it does not. */
export interface Range {
  readonly since?: RailsVersion
  readonly before?: RailsVersion
}

export function finding(code: string, effect: Effect, message: string, { since, before }: Range = {}): Finding {
  const versions = RAILS_VERSIONS.filter(
    (version) =>
      (since === undefined || isAtLeast(version, since)) && (before === undefined || !isAtLeast(version, before)),
  )
  return { code, effect, versions, message }
}

/** A finding that is about no Rails. */
export function aside(code: string, effect: 'drops' | 'coatcheck', message: string): Finding {
  return { code, effect, versions: [], message }
}

/** What that Rails does with the cookie: the first finding that ends the reading decides. */
export function outcomeFor(version: RailsVersion, findings: readonly Finding[]): 'reads' | 'empty' | 'raises' {
  for (const { effect, versions } of findings) {
    if ((effect === 'raises' || effect === 'empty') && versions.includes(version)) return effect
  }
  return 'reads'
}

/** Those that concern `version` or no Rails first; the others behind them, or nowhere. */
export function forVersion(
  findings: readonly Finding[],
  version: RailsVersion | undefined,
  allVersions: boolean,
): Finding[] {
  const concerns = ({ versions }: Finding): boolean =>
    version === undefined || versions.length === 0 || versions.includes(version)
  const others = allVersions ? findings.filter((one) => !concerns(one)) : []
  return [...findings.filter(concerns), ...others]
}
