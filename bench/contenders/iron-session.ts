import { randomBytes } from 'node:crypto'
import { sealData, unsealData } from 'iron-session'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'

const password = randomBytes(32).toString('base64url')

/** `sealData` and `unsealData`, which `getIronSession` and `session.save()` call. The default ttl of 14 days. */
export const ironSession: Contender = {
  name: 'iron-session',
  version: installedVersion('iron-session'),
  protection: 'encrypted',
  sealing: (session) => () => sealData(session, { password }),
  opening: (text) => () => unsealData(text, { password }),
  session: (opened) => opened,
  cookies: (text) => [encodeURIComponent(text)],
}
