import type { CommitHeaders } from '../exchange.ts'
import { isHttp2, type NodeResponse } from './node-response.ts'
import { varyWithCookie } from './vary.ts'

/** What a session adds to a response. */
export function addHeaders(response: NodeResponse, { setCookie, vary, noStore }: CommitHeaders): void {
  if (!vary) return
  const names = varyWithCookie([response.getHeader('vary') ?? []].flat().join(', '))
  if (names !== undefined) response.setHeader('Vary', names)
  if (noStore && !response.hasHeader('cache-control')) response.setHeader('Cache-Control', 'no-store')
  for (const line of setCookie) response.appendHeader('Set-Cookie', line)
}

/** Headers as `writeHead` takes them: an object, a flat list of names and values, or (HTTP/2) a list of pairs. */
export function setAll(response: NodeResponse, headers: object): void {
  const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers)
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (seen.has(key)) response.appendHeader(name, value as string) // as: Node checks the value itself
    else response.setHeader(name, value as string) // as: see above
    seen.add(key)
  }
}

function pairsOf(list: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(list[0])) return list as [string, unknown][] // as: the list-of-pairs form
  const pairs: [string, unknown][] = []
  for (let at = 0; at < list.length; at += 2) pairs.push([String(list[at]), list[at + 1]])
  return pairs
}

/**
 * Headers that say something of one answer, and would be untrue of the next: its body, how it may be cached, where it sends
 * the browser to, what it has the browser keep, forget or load. What is left belongs to the server or the request: security
 * policies, CORS, request ids, `Vary`.
 */
const OF_ONE_ANSWER =
  /^(?:content-(?!security)|surrogate-|(?:.*-)?(?:cache-control|digest)|(?:etag|last-modified|expires|pragma|accept-ranges|transfer-encoding|trailer|location|refresh|link|retry-after|www-authenticate|set-cookie|clear-site-data|x-accel-redirect|x-sendfile)$)/

/** Takes off a response whatever described an answer that does not leave. */
export function forgetAnswer(response: NodeResponse): void {
  response.statusCode = 200
  // Node fills in the phrase of the status where there is none. HTTP/2 has none and warns of whoever asks.
  if (!isHttp2(response)) response.statusMessage = ''
  // Only what is there: to Node, a removed Content-Length is also one that it must not add.
  for (const name of response.getHeaderNames()) if (OF_ONE_ANSWER.test(name)) response.removeHeader(name)
}
