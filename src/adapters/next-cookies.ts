import { parseSetCookie, type SetCookie } from 'cookie'

/** What is used of that which `cookies()` of `next/headers` promises. */
export interface NextCookies {
  getAll(): readonly { readonly name: string; readonly value: string }[]
  set(cookie: SetCookie & { value: string }): unknown
  delete(name: string): unknown
}

/**
 * Whether a cookie can be set: not while a page is rendered, nor at the build. Next answers each change with one function then,
 * which throws.
 */
export function areWritable(cookies: NextCookies): boolean {
  // oxlint-disable-next-line typescript/unbound-method -- compared, not called
  const { set, delete: remove }: { readonly [name in 'set' | 'delete']: unknown } = cookies
  return set !== remove
}

/** Hands over Set-Cookie lines. Next escapes values by itself, so that one that is escaped already has to be given unescaped. */
export function setCookies(cookies: NextCookies, lines: readonly string[]): void {
  for (const line of apart(lines)) {
    const cookie = parseSetCookie(line)
    cookies.set({ ...cookie, name: nameOf(line), value: cookie.value ?? '' })
  }
}

/**
 * Lines that each have a name of their own, because Next keeps one cookie of a name, and those that end the session's previous
 * cookies may have the name of the session's own, which is the last. To Next a blank makes another name of it; browsers drop it
 * (RFC 6265 §5.2).
 */
export function apart(lines: readonly string[]): readonly string[] {
  if (lines.length < 2) return lines
  const after = lines.map(nameOf)
  return lines.map((line) => {
    const name = after.shift() ?? ''
    return name + ' '.repeat(after.filter((other) => other === name).length) + line.slice(name.length)
  })
}

/**
 * The Cookie header as it is by now. `headers()` has it as it came; `cookies()` also has what an action set before its page was
 * rendered, but of several cookies of one name the last alone, which is not for Next to choose.
 */
export function currentCookieHeader(header: string, cookies: NextCookies): string {
  const came = new Set(header.split(PAIRS).map(unescaped))
  const set = cookies.getAll().filter(({ name, value }) => !name.endsWith(' ') && !came.has(`${name}=${value}`))
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
