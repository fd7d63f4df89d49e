import type { Request } from 'express'
import { sessions } from './billing-sessions.ts'

/**
 * The request's session cookie as it stands in the header, or `undefined`. The jar decodes plain cookies, and a Rails
 * cookie has characters that Rack percent-encodes; ours has none, so encoding changes nothing about it.
 */
export function receivedCookie(req: Request): string | undefined {
  const value = sessions.jar(req).get(sessions.name)
  return value === undefined || value === '' ? undefined : encodeURIComponent(value)
}
