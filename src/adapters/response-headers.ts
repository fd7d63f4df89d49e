import type { CommitHeaders } from '../exchange.ts'
import { isHttp2, type NodeResponse } from './node-response.ts'
import { isOfOneAnswer } from './one-answer.ts'
import { varyWithCookie } from './vary.ts'

/** What a session adds to a response. */
export function addHeaders(response: NodeResponse, { setCookie, vary, noStore }: CommitHeaders): void {
  if (!vary) return
  const names = varyWithCookie(response.getHeader('vary'))
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
