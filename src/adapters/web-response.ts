import type { CommitHeaders } from '../exchange.ts'
import type { DenialResponse } from './admission.ts'
import { varyWithCookie } from './vary.ts'

export function responseOf({ status, headers, body }: DenialResponse): Response {
  return new Response(body, { status, headers })
}

/** `response` with what a session adds to it; another one where its headers cannot be changed. */
export function withHeaders(response: Response, commit: CommitHeaders): Response {
  if (!commit.vary) return response
  try {
    addHeaders(response.headers, commit)
    return response
  } catch (error) {
    // Response.redirect() and what fetch() returned cannot be changed; their copy can.
    if (!(error instanceof TypeError)) throw error
    const copy = new Response(response.body, response)
    addHeaders(copy.headers, commit)
    return copy
  }
}

function addHeaders(headers: Headers, { setCookie, noStore }: CommitHeaders): void {
  const vary = varyWithCookie(headers.get('vary'))
  if (vary !== undefined) headers.set('vary', vary)
  if (noStore && !headers.has('cache-control')) headers.set('cache-control', 'no-store')
  for (const line of setCookie) headers.append('set-cookie', line)
}
