import { randomBytes } from 'node:crypto'
import secureSessionPlugin from '@fastify/secure-session'
import { fastify } from 'fastify'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'
import { COOKIE_NAME } from '../session.ts'

const app = fastify({ logger: false })
await app.register(secureSessionPlugin, { key: randomBytes(32), cookieName: COOKIE_NAME })
await app.ready()

/**
 * The decorators that the plugin's own hooks call, with a session as a request has it. `@fastify/cookie`
 * percent-encodes what they give (`;` and the `+`, `/` and `=` of base64), so the cookie is longer than the text.
 */
export const secureSession: Contender = {
  name: '@fastify/secure-session',
  version: installedVersion('@fastify/secure-session'),
  protection: 'encrypted',
  sealing(data) {
    const session = app.createSecureSession({ ...data }) // A copy: it puts its `__ts` into what it is given.
    return () => app.encodeSecureSession(session)
  },
  opening: (text) => () => app.decodeSecureSession(text),
  session: (opened) => (opened as ReturnType<typeof app.decodeSecureSession>)?.data(), // as: `opening` gave it
  cookies: (text) => [encodeURIComponent(text)],
}
