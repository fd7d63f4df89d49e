import { heaviestKeys, SessionError } from '../errors.ts'

/** RFC 6265bis §5.6: a browser drops a cookie whose name and value together take more. The `=` does not count. */
export const COOKIE_LIMIT = 4096

/** Bytes of a cookie as browsers count them. `value` is what goes into the header, already escaped. */
export function cookieBytes(name: string, value: string): number {
  return Buffer.byteLength(name) + Buffer.byteLength(value)
}

/** Whether browsers drop it. Most values are too short for that whatever they hold: a character has 3 bytes at most. */
export function isTooLarge(name: string, value: string): boolean {
  return (name.length + value.length) * 3 > COOKIE_LIMIT && cookieBytes(name, value) > COOKIE_LIMIT
}

/**
 * The error for a cookie that browsers would drop. It begins as Rails' `CookieOverflow` does.
 *
 * @param byKey bytes of JSON by key, where the cookie is a session
 * @param note how somebody else counts, with a blank in front
 */
export function overflowError(
  name: string,
  bytes: number,
  byKey?: ReadonlyMap<string, number>,
  note = '',
): SessionError {
  const over = `${name} cookie overflowed with size ${bytes} bytes, ${bytes - COOKIE_LIMIT} over the ${COOKIE_LIMIT} that browsers keep.${note}`
  if (byKey === undefined || byKey.size === 0) {
    return new SessionError('ERR_COOKIE_OVERFLOW', `${over} Store an id instead, and keep the value in a database.`)
  }
  const { first, named } = heaviestKeys(byKey)
  const fix = first === 'flash' ? 'Flash a short message or an id' : `Store an id in place of "${first}"`
  return new SessionError(
    'ERR_COOKIE_OVERFLOW',
    `${over} Heaviest keys: ${named}. ${fix}, or move this session to a server store.`,
  )
}
