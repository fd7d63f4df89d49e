import type { CommitHeaders, Exchange } from '../exchange.ts'
import type { DenialResponse } from './admission.ts'
import { isForSharedCaches, keepsFromCaches, unsharedCacheControl } from './shared-caches.ts'
import { varyWithCookie } from './vary.ts'
import type { WebFacts } from './web-facts.ts'

export function responseOf({ status, headers, body }: DenialResponse): Response {
  return new Response(body, { status, headers })
}

/**
 * Whether `response` takes headers. Not what stands for a WebSocket that has begun: a 101, or `undefined` in Bun; nor
 * `Response.error()`, of status 0.
 */
export function takesHeaders(response: Response | undefined): response is Response {
  return response !== undefined && response.status >= 200
}

/** Commits where no header can leave any more. A store keeps what was written to it; a cookie is lost, and the operator hears. */
export async function commitUpgraded(exchange: Exchange<object>, facts: WebFacts): Promise<void> {
  facts.isUpgraded = true
  try {
    const { setCookie } = await exchange.commit()
    if (setCookie.length > 0) exchange.tell({ type: 'unsent' })
  } catch {
    // A store that did not answer has its own event, and the WebSocket has begun.
  }
}

/** A response that we made for one request: it takes headers as it is. */
export class OwnResponse extends Response {}

/**
 * `response` with what a session adds to it: a copy as soon as that is more than Vary, because the application may give the same
 * one to everybody.
 */
export function withHeaders(response: Response, commit: CommitHeaders): Response {
  if (!commit.vary) return response
  // Vary alone is true for whoever gets this response next, and says nothing of this visitor.
  if (!keepsFromCaches(commit) && addVary(response.headers)) return response
  const copy = response instanceof OwnResponse ? response : new Response(response.body, response)
  addVary(copy.headers)
  if (keepsFromCaches(commit)) addCookies(copy.headers, commit)
  return copy
}

/** Whether these are headers that can be changed: those of Response.redirect() and of what fetch() returned cannot. */
function addVary(headers: Headers): boolean {
  const vary = varyWithCookie(headers.get('vary'))
  try {
    if (vary !== undefined) headers.set('vary', vary)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

function addCookies(headers: Headers, commit: CommitHeaders): void {
  const cacheControl = unsharedCacheControl(headers.get('cache-control'), commit)
  if (cacheControl !== undefined) {
    headers.set('cache-control', cacheControl)
    headers.delete('expires')
  }
  for (const name of [...headers.keys()].filter(isForSharedCaches)) headers.delete(name)
  for (const line of commit.setCookie) headers.append('set-cookie', line)
}
