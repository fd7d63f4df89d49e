import type { CookieReport } from '../inspect/index.ts'
import { nameText, sizesText, type Line } from './report-line.ts'

/** What is inside: names and sizes. */
export function contentLines({ content }: CookieReport): Line[] {
  if (content === undefined) return []
  const { serializer, bytes, type, byKey, sessionId, flash, csrfToken, livesIn } = content
  const lines: (Line | undefined)[] = [
    ['serializer', serializer],
    ['payload', `${bytes} bytes, ${type === undefined ? 'which cannot be read' : type}`],
    sessionId === undefined ? undefined : ['session_id', IDS[sessionId]],
    csrfToken === undefined ? undefined : ['_csrf_token', TOKENS[csrfToken]],
    flash === undefined ? undefined : ['flash', flash.length === 0 ? 'empty' : flash.map(nameText).join(', ')],
    livesIn === undefined ? undefined : ['lives in', `a ${livesIn}; the cookie carries its ticket`],
    byKey === undefined ? undefined : ['bytes by key', sizesText(byKey)],
  ]
  return lines.filter((line) => line !== undefined)
}

const IDS = {
  missing: 'missing',
  'hex-32': '32 hexadecimal characters, as Rails makes it',
  uuid: 'a UUID',
  text: 'text of another form',
  empty: 'empty',
  'not-text': 'no text',
} as const

const TOKENS = {
  base64url: 'base64url without padding, as from Rails 7.0',
  'base64url-padded': 'base64url with padding, as from Rails 6.1',
  base64: 'base64, as before Rails 6.1',
  other: 'no token of Rails',
} as const
