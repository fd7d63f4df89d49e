import { isError } from '../errors.ts'
import { denialResponse, isUnavailable, UNAVAILABLE } from './admission.ts'
import { responseOf } from './web-response.ts'

/** What a function gave, or by which of Next's ways it left: `redirect()` and its like throw. */
export async function settle<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result } | { readonly left: unknown }> {
  try {
    return { result: await run() }
  } catch (error) {
    if (navigation(error) === undefined) throw error
    return { left: error }
  }
}

/** The status that `notFound()`, `forbidden()` or `unauthorized()` asks for; `undefined` for a redirect. */
export function errorStatus(left: unknown): number | undefined {
  const [, kind, rest] = navigation(left) ?? []
  return kind === 'HTTP_ERROR_FALLBACK' ? Number(rest) : undefined
}

/** Those of `unstable_rethrow` of `next/navigation` that answer the visitor; the others of it interrupt a prerendering. */
function navigation(error: unknown): RegExpExecArray | undefined {
  const digest: unknown = isError(error) && 'digest' in error ? error.digest : undefined
  if (typeof digest !== 'string') return undefined
  return /^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK);(.*)$/s.exec(digest) ?? undefined
}

/**
 * Whether Next itself asks, to send the page that an action redirects to along with the action's answer. It passes on the headers
 * of that answer, and drops the cookies of this one.
 */
export function isAskedByAction(request: Request): boolean {
  return request.headers.has('x-action-redirect')
}

/** What `body` gives; 503 where a store or a registry did not answer, which Next would make a 500 of. */
export async function orUnavailable(body: () => Promise<Response>): Promise<Response> {
  try {
    return await body()
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return responseOf(denialResponse(UNAVAILABLE))
  }
}
