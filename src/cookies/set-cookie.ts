import { stringifySetCookie } from 'cookie'
import { optional, type CheckedAttributes } from './attributes.ts'

/** What of the request decides about a cookie. */
export interface CookieContext {
  /** Whether the request came over https, as the framework's own trust setting sees it. */
  readonly secure: boolean
}

/**
 * One Set-Cookie line. `value` must already be made of characters that a cookie may have.
 *
 * @param maxAgeSeconds how long the browser keeps it; `undefined` for as long as it runs
 */
export function setCookie(
  attributes: CheckedAttributes,
  value: string,
  context: CookieContext,
  maxAgeSeconds?: number,
): string {
  return line(attributes, value, context, maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds })
}

/**
 * Writes such lines for a cookie that is written again and again: all but its value and Max-Age is put together once, and
 * `NODE_ENV` is read once, which takes longer than the rest.
 */
export function cookieWriter(
  attributes: CheckedAttributes,
): (value: string, context: CookieContext, maxAgeSeconds?: number) => string {
  const begin = `${attributes.name}=`
  const rest = (secure: boolean): string => setCookie({ ...attributes, secure }, '', { secure }).slice(begin.length)
  const [plain, secured] = [attributes.secure === true ? '' : rest(false), rest(true)]
  const always = isSecure(attributes, { secure: false })
  return (value, context, maxAgeSeconds) => {
    const maxAge = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`
    return `${begin}${value}${maxAge}${always || (context.secure && attributes.secure === 'auto') ? secured : plain}`
  }
}

/**
 * The line that makes the browser forget a cookie. It carries the very attributes that the cookie was set with, because
 * browsers keep cookies of one name apart by domain, path and partition.
 */
export function expireCookie(attributes: CheckedAttributes, context: CookieContext): string {
  return line(attributes, '', context, { maxAge: 0, expires: new Date(0) })
}

function line(
  attributes: CheckedAttributes,
  value: string,
  context: CookieContext,
  life: { maxAge?: number; expires?: Date },
): string {
  const { name, path, httpOnly, sameSite, partitioned } = attributes
  const secure = isSecure(attributes, context)
  return stringifySetCookie(
    { name, value, path, httpOnly, secure, sameSite, partitioned, ...optional(attributes), ...life },
    { encode: (text) => text },
  )
}

function isSecure({ secure }: CheckedAttributes, context: CookieContext): boolean {
  return secure === 'auto' ? context.secure || process.env['NODE_ENV'] === 'production' : secure
}
