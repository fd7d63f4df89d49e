import { hash } from 'node:crypto'
import type { OpenedSession } from '../cookies/session-format.ts'
import { isJsonObject, plainCopy } from '../serializers/plain.ts'
import { expiry } from '../session/lifetime.ts'
import { isCredential } from '../session/reserved-keys.ts'
import type { OpenedPreviousCookie } from './opened-previous-cookie.ts'
import type { PreviousCookieHost } from './previous-cookie-source.ts'

/**
 * The session that goes on with what a previous cookie holds.
 *
 * @param text the whole cookie, of which the session's id is made: parallel requests that bring it begin one session
 * @param now milliseconds since 1970
 * @throws for what is none of the promised values
 */
export function takeOver(
  opened: OpenedPreviousCookie,
  text: string,
  now: number,
  { lifetime, ...host }: PreviousCookieHost,
): OpenedSession {
  if (!opened.ok) return { ok: false, reason: opened.reason }
  const { created = now, expires = Infinity, persistent = host.persistent } = opened
  const data = plainCopy(opened.data, 'data')
  if (!isJsonObject(data)) return { ok: false, reason: 'malformed' }
  // Whoever chose the keys of a session that was not ours must not sign in by it.
  for (const key in data) if (isCredential(key)) delete data[key]
  // Its absolute timeout is to be over when the cookie would have been.
  const began = Math.min(now, created, expires - lifetime.absoluteSeconds * 1000)
  const record = {
    id: hash('sha256', `coatcheck: previous cookie ${text}`).slice(0, 32),
    created: Math.floor(began / 1000),
    slid: Math.floor(now / 1000),
    persistent,
    data,
  }
  const reason = Number.isNaN(began) ? 'malformed' : expiry(record, lifetime, record.slid)
  return reason === undefined ? { ok: true, record, secret: 0, keyId: '' } : { ok: false, reason }
}
