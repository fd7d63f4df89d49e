import { randomBytes } from 'node:crypto'
import { compactFormat } from '../../src/cookies/compact-session.ts'
import type * as Index from '../../src/index.ts'
import { json } from '../../src/serializers/json.ts'
import { built } from '../built.ts'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'
import { COOKIE_NAME } from '../session.ts'

const { createSealer, createSessions } = await built<typeof Index>('index.js')

const secret = randomBytes(32).toString('base64url')
// Opens the same cookies again and again, and what is measured is opening them.
const sessions = createSessions({ name: COOKIE_NAME, secrets: [secret], cacheBytes: 0 })
// Made as createSessions makes it.
const format = compactFormat([secret]).session(COOKIE_NAME, Date.now)

/**
 * The path of a request. Opening is the public `sessions.open`: size, strict decoding, sub-key, seal, harmless JSON,
 * both timeouts; it adds one small object to what a request does. Sealing is `SessionFormat.seal`, which the commit of
 * a request calls with the record as it has it, data as it was opened. The public `sessions.seal` does more, once:
 * it draws a session id and guards every value as an assignment would, see `coatcheckFresh`.
 */
export const coatcheck: Contender = {
  name: 'coatcheck',
  version: installedVersion(),
  protection: 'encrypted',
  sealing(session) {
    const now = Math.floor(Date.now() / 1000)
    const data = json.load(JSON.stringify(session))
    const record = { id: randomBytes(16).toString('hex'), created: now, slid: now, persistent: false, data }
    return () => format.seal(record)
  },
  opening: (text) => () => sessions.open(text),
  session(opened) {
    const value = opened as ReturnType<typeof sessions.open> // as: `opening` gave it
    return value.ok ? value.data : value.reason
  },
  cookies: (text) => [text],
}

const sealer = createSealer({ secrets: [secret], purpose: 'magic-link' })

/** `createSealer`, for values that are no session: what a request pays, every check of the value included. */
export const coatcheckSealer: Contender = {
  ...coatcheck,
  name: 'coatcheck, createSealer',
  sealing: (value) => () => sealer.seal(value),
  opening: (text) => () => sealer.open(text),
  session(opened) {
    const value = opened as ReturnType<typeof sealer.open> // as: `opening` gave it
    return value.ok ? value.value : value.reason
  },
}

/** `sessions.seal`, the public one: a new session, its id drawn, every value guarded and weighed as it is assigned. */
export const coatcheckFresh: Contender = {
  ...coatcheck,
  name: 'coatcheck, sessions.seal',
  sealing: (session) => () => sessions.seal(session),
}
