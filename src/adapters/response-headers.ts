import type { CommitHeaders } from '../exchange.ts'
import { isHttp2, type NodeResponse } from './node-response.ts'
import { isOfOneAnswer } from './one-answer.ts'
import { isForSharedCaches, keepsFromCaches, unsharedCacheControl } from './shared-caches.ts'
import { varyWithCookie } from './vary.ts'

/** What a session adds to a response. */
export function addHeaders(response: NodeResponse, commit: CommitHeaders): void {
  if (!commit.vary) return
  const names = varyWithCookie(response.getHeader('vary'))
  if (names !== undefined) response.setHeader('Vary', names)
  if (!keepsFromCaches(commit)) return
  const cacheControl = unsharedCacheControl(response.getHeader('cache-control'), commit)
  if (cacheControl !== undefined) {
    response.setHeader('Cache-Control', cacheControl)
    response.removeHeader('Expires')
  }
  for (const name of response.getHeaderNames()) if (isForSharedCaches(name)) response.removeHeader(name)
  append(response, 'Set-Cookie', commit.setCookie)
}

/** Not with `appendHeader`, which puts values into the list that the application gave, and may give to the next visitor. */
function append(response: NodeResponse, name: string, values: readonly string[]): void {
  const existing = response.getHeader(name)
  response.setHeader(name, existing === undefined ? [...values] : [existing, values].flat().map(String))
}

/** Headers as `writeHead` takes them: an object, a flat list of names and values, or (HTTP/2) a list of pairs. */
export function setAll(response: NodeResponse, headers: object): void {
  const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers)
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (seen.has(key)) append(response, name, [value].flat() as string[]) // as: Node checks the values itself
    else response.setHeader(name, value as string) // as: see above
    seen.add(key)
  }
}

function pairsOf(list: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(list[0])) return list as [string, unknown][] // as: the list-of-pairs form
  return list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]]] : []))
}

/** Takes off a response whatever described an answer that does not leave. */
export function forgetAnswer(response: NodeResponse): void {
  response.statusCode = 200
  // Node fills in the phrase of the status where there is none. HTTP/2 has no such phrase, and warns of whoever sets it.
  if (!isHttp2(response)) response.statusMessage = ''
  // Takes back those of HTTP/1; HTTP/2 can only be given more. Workers have none.
  if ('addTrailers' in response) response.addTrailers({})
  // Only what is there: to Node, a removed Content-Length is also one that it must not add.
  for (const name of response.getHeaderNames()) if (isOfOneAnswer(name)) response.removeHeader(name)
}
