import { parseSetCookie } from 'cookie'

/** What a browser does with a Set-Cookie line, of one site and one path: keeps the cookie, or forgets it. */
export function keepCookie(cookies: Map<string, string>, line: string): void {
  const { name, value = '', maxAge } = parseSetCookie(line, { decode: (text) => text })
  if (maxAge === 0) cookies.delete(name)
  else cookies.set(name, value)
}
