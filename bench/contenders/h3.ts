import { randomBytes } from 'node:crypto'
import { mockEvent, sealSession, unsealSession, updateSession, type SessionConfig } from 'h3'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'
import { COOKIE_NAME } from '../session.ts'

const config: SessionConfig = {
  name: COOKIE_NAME,
  password: randomBytes(32).toString('base64url'),
  maxAge: 14 * 86_400,
  cookie: false, // No Set-Cookie lines: only the seal is timed.
}

/** `sealSession` and `unsealSession`, which `useSession` calls, with an event that has the session already. */
export const h3: Contender = {
  name: 'h3 useSession',
  version: installedVersion('h3'),
  protection: 'encrypted',
  sealing(session) {
    const event = mockEvent('http://localhost/')
    const ready = updateSession(event, config, session)
    return () => ready.then(() => sealSession(event, config))
  },
  opening: (text) => () => unsealSession(mockEvent('http://localhost/'), config, text),
  session: (opened) => (opened as Awaited<ReturnType<typeof unsealSession>>).data, // as: `opening` gave it
  cookies: (text) => [encodeURIComponent(text)],
}
