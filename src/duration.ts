import { SessionError } from './errors.ts'

/** A time span with its unit, so that nobody mistakes milliseconds for seconds: `'30s'`, `'15m'`, `'12h'`, `'14d'`, `'2w'`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** RFC 6265bis §5.5: browsers cut every cookie's life down to 400 days. */
export const BROWSER_MAXIMUM_SECONDS: number = 400 * 86_400

/**
 * Whole seconds in `duration`, at least 1.
 *
 * @param option what to call it in the error
 * @throws `ERR_OPTIONS`
 */
export function seconds(duration: Duration, option: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(duration) ?? []
  if (amount === undefined || unit === undefined) {
    throw new SessionError(
      'ERR_OPTIONS',
      `${option} is ${JSON.stringify(duration)}, expected a number with a unit: '30s', '15m', '12h', '14d' or '2w'.`,
    )
  }
  const total = Math.floor(Number(amount) * SECONDS[unit as keyof typeof SECONDS]) // as: the expression allows no other
  if (total < 1) throw new SessionError('ERR_OPTIONS', `${option} is ${duration}, at least 1s is needed.`)
  return total
}

/** `seconds`, and not longer than any browser keeps a cookie. @throws `ERR_OPTIONS` */
export function cookieSeconds(duration: Duration, option: string): number {
  const total = seconds(duration, option)
  if (total > BROWSER_MAXIMUM_SECONDS) {
    throw new SessionError(
      'ERR_OPTIONS',
      `${option} is ${duration}, ${Math.ceil((total - BROWSER_MAXIMUM_SECONDS) / 86_400)} days over the 400 days that browsers keep a cookie.`,
    )
  }
  return total
}
