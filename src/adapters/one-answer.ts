/**
 * Headers that say something of one answer, and would be untrue of the next: its body, how it may be cached, where it sends
 * the browser to, what it has the browser keep, forget or load. What is left belongs to the server or the request: security
 * policies, CORS, request ids, `Vary`.
 */
const OF_ONE_ANSWER =
  /^content-(?!security)|cache-control|^x-(?:accel-|sendfile)|^(?:etag|last-modified|expires|accept-ranges|transfer-encoding|trailer|location|refresh|link|set-cookie|clear-site-data)$/

/** Whether a header, by its name in lower case, describes one answer alone. */
export function isOfOneAnswer(name: string): boolean {
  return OF_ONE_ANSWER.test(name)
}
