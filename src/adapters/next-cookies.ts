import { parseSetCookie, type SetCookie } from 'cookie'

/** What is used of that which `cookies()` of `next/headers` promises. */
export interface NextCookies {
  getAll(): readonly { readonly name: string; readonly value: string }[]
  set(cookie: SetCookie & { value: string }): unknown
}

/** Hands over Set-Cookie lines. Next escapes values by itself, so that one that is escaped already has to be given unescaped. */
export function setCookies(cookies: NextCookies, lines: readonly string[]): void {
  for (const line of lines) {
    const cookie = parseSetCookie(line)
    cookies.set({ ...cookie, value: cookie.value ?? '' })
  }
}

/**
 * The Cookie header as it is by now. `headers()` has it as it came; `cookies()` also has what an action set before its page was
 * rendered, but of several cookies of one name the last alone, which is not for Next to choose.
 */
export function currentCookieHeader(header: string, cookies: NextCookies): string {
  const came = new Set(header.split(PAIRS).map(unescaped))
  const set = cookies.getAll().filter(({ name, value }) => !came.has(`${name}=${value}`))
  return withPairs(
    header,
    set.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`),
  )
}

/** The Cookie header that a browser would send after it has taken in those Set-Cookie lines. */
export function cookieHeaderAfter(header: string, lines: readonly string[]): string {
  return withPairs(
    header,
    lines.map((line) => line.split(';', 1)[0] ?? ''),
  )
}

/** As Next splits. */
const PAIRS = /; */

/** `pairs` in place of all that have their names; one without a value takes its name away. */
function withPairs(header: string, pairs: readonly string[]): string {
  if (pairs.length === 0) return header
  const names = new Set(pairs.map(nameOf))
  const kept = header.split(PAIRS).filter((pair) => pair !== '' && !names.has(nameOf(pair)))
  return [...kept, ...pairs.filter((pair) => pair.length > nameOf(pair).length + 1)].join('; ')
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0] ?? ''
}

/** A pair as Next reads it: the value percent-decoded, the name as it is. */
function unescaped(pair: string): string {
  const name = nameOf(pair)
  try {
    return name + decodeURIComponent(pair.slice(name.length))
  } catch {
    return pair
  }
}
