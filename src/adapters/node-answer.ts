import type { SessionError } from '../errors.ts'
import { denialResponse, isUnavailable, UNAVAILABLE, type DenialResponse } from './admission.ts'
import type { NodeResponse } from './node-response.ts'

/** How `session` answers where the sessions are in a server store. */
export interface SessionOptions<Request, Response> {
  /**
   * Answers in place of the default, 503 with Retry-After, when the store could not be asked: before the handler, or after it
   * when the headers were about to leave. The response is fresh, whatever the handler did with it.
   */
  unavailable?(request: Request, response: Response, error: SessionError): unknown
}

/** Answers 503, or as the application likes; 500 to what is no outage. */
export function answerFailure<Request, Response extends NodeResponse>(
  request: Request,
  response: Response,
  error: unknown,
  options: SessionOptions<Request, Response>,
): unknown {
  if (!isUnavailable(error)) {
    response.statusCode = 500
    return response.end()
  }
  if (options.unavailable !== undefined) return options.unavailable(request, response, error)
  return answer(response, denialResponse(UNAVAILABLE))
}

export function answer(response: NodeResponse, { status, headers, body }: DenialResponse): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}
