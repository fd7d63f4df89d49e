import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'
import { COOKIE_NAME, SAMPLE } from '../session.ts'

/** What of `keygrip` is used here; it has no types of its own. */
interface Keygrip {
  sign(data: string): string
  verify(data: string, signature: string): boolean
}

/** What of the middleware is used here; it has no types of its own either. */
type CookieSession = (options: {
  name: string
  keys: string[]
}) => (request: { headers: object; socket: object; session?: unknown }, response: object, next: () => void) => void

// The keygrip that cookie-session itself has, found the way it finds it.
const require = createRequire(import.meta.url)
const cookieSessionMiddleware = require('cookie-session') as CookieSession // as: CommonJS, typed any
const requireInside = createRequire(require.resolve('cookie-session'))
const requireInCookies = createRequire(requireInside.resolve('cookies'))
const createKeygrip = requireInCookies('keygrip') as (keys: string[]) => Keygrip // as: CommonJS, typed any

const keys = [randomBytes(32).toString('base64url')]
const keygrip = createKeygrip(keys)

/**
 * What cookie-session does to a session, without the rest of its middleware: it has no function for that alone. So this
 * is its `encode` and `decode` (two lines each) and the signature by its keygrip, which flatters it by the parsing of
 * the Cookie header and the writing of Set-Cookie. That the text is the middleware's own is checked at start.
 */
export const cookieSession: Contender = {
  name: 'cookie-session',
  version: installedVersion('cookie-session'),
  protection: 'signed',
  sealing: (session) => () => {
    const value = Buffer.from(JSON.stringify(session)).toString('base64')
    return `${value};${keygrip.sign(`${COOKIE_NAME}=${value}`)}`
  },
  opening: (text) => () => {
    const end = text.indexOf(';')
    const value = text.slice(0, end)
    if (!keygrip.verify(`${COOKIE_NAME}=${value}`, text.slice(end + 1))) return undefined
    return JSON.parse(Buffer.from(value, 'base64').toString('utf8'))
  },
  session: (opened) => opened,
  cookies: (text) => text.split(';'),
}

if (textOfMiddleware() !== cookieSession.sealing(SAMPLE)()) {
  throw new Error('cookie-session seals otherwise than bench/contenders/cookie-session.ts does')
}

function textOfMiddleware(): string {
  const request: Parameters<ReturnType<CookieSession>>[0] = { headers: {}, socket: {} }
  let lines: string[] = []
  const response = {
    getHeader: () => lines,
    setHeader: (_name: string, value: string[]) => (lines = value),
    writeHead: (_status: number) => undefined,
  }
  cookieSessionMiddleware({ name: COOKIE_NAME, keys })(request, response, () => undefined)
  request.session = SAMPLE
  response.writeHead(200)
  return lines.map((line) => line.slice(line.indexOf('=') + 1, line.indexOf('; '))).join(';')
}
