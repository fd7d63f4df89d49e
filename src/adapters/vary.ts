/** A header as a framework hands it out: what was set, or nothing. */
export type GivenHeader = string | number | readonly string[] | null | undefined

/** The Vary header with `Cookie` in it (RFC 9110 §12.5.5), or `undefined` when `existing` says it already. */
export function varyWithCookie(existing: GivenHeader): string | undefined {
  if (existing === undefined || existing === null) return 'Cookie' // the usual case
  const names = [existing]
    .flat()
    .join()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.some((name) => name === '*' || name.toLowerCase() === 'cookie')) return undefined
  return [...names, 'Cookie'].join(', ')
}
