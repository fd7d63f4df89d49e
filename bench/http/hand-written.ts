import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { VisitorSession } from '../servers/visitor-session.ts'

/**
 * A session in a cookie as one writes it for one application: AES-256-GCM around JSON that says when it ends, with a key that
 * is ready, opened where a handler asks and sealed where it says so. No rotation, no checks of what is stored, no tracking of
 * what changed, nothing that a cache must know.
 */
const NAME = 'session'
const LIFETIME_SECONDS = 14 * 86_400
const NONCE_BYTES = 12
const TAG_BYTES = 16
const key = createSecretKey(randomBytes(32))

/** The session of a request by its Cookie header; an empty one where none opens. */
export function openSession(cookieHeader: string | undefined): VisitorSession {
  const value = parseCookie(cookieHeader ?? '')[NAME]
  if (value === undefined) return {}
  try {
    const bytes = Buffer.from(value, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    }).setAuthTag(bytes.subarray(-TAG_BYTES))
    const json = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    const { ends, ...session } = JSON.parse(json) as VisitorSession & { ends: number } // as: sealed below
    return ends > Date.now() / 1000 ? session : {}
  } catch {
    return {}
  }
}

/** The Set-Cookie line that keeps it. */
export function sealSession(session: VisitorSession): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  const ends = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
  const sealed = cipher.update(JSON.stringify({ ...session, ends }), 'utf8')
  const value = Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]).toString('base64url')
  return `${NAME}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`
}
