import { isHttp2, type NodeResponse } from './node-response.ts'

/** The arguments of `writeHead`: the status, perhaps a reason, perhaps headers. */
export type Head = unknown[]

/**
 * Refuses the status line that Node would refuse, as Node does and at the line that gives it: when the answer leaves, nobody
 * could catch it any more. HTTP/2 has no reason, and looks at a status as soon as it is set.
 */
export function assertHead(response: NodeResponse, [status, reason]: Head): void {
  if (isHttp2(response)) return
  const code = Math.trunc(Number(status))
  if (!(code >= 100 && code <= 999)) throw refused(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', 'Invalid status code')
  const phrase = typeof reason === 'string' ? reason : response.statusMessage
  if (phrase && NO_HEADER_TEXT.test(phrase))
    throw refused(TypeError, 'ERR_INVALID_CHAR', 'Invalid character in statusMessage')
}

/** What a header may not have in it (RFC 9110 §5.5). */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const NO_HEADER_TEXT = /[^\t\u0020-\u007E\u0080-\u00FF]/

function refused(Kind: ErrorConstructor, code: string, message: string): Error {
  return Object.assign(new Kind(message), { code })
}
