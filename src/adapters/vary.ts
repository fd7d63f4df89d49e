/** The Vary header with `Cookie` in it (RFC 9110 §12.5.5), or `undefined` when `existing` says it already. */
export function varyWithCookie(existing: string): string | undefined {
  if (existing === '') return 'Cookie'
  const names = existing
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.some((name) => name === '*' || name.toLowerCase() === 'cookie')) return undefined
  return [...names, 'Cookie'].join(', ')
}
