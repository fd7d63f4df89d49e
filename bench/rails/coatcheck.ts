import { randomBytes } from 'node:crypto'
import { built } from '../built.ts'
import type { Contender } from '../contender.ts'
import { installedVersion } from '../installed-version.ts'
import type * as Index from '../../src/index.ts'
import type * as Rails from '../../src/rails/index.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { railsFormat } = await built<typeof Rails>('rails/index.js')

export const COOKIE_NAME = '_billing_session'

export const secretKeyBase = randomBytes(64).toString('hex')

// The cookies of Rails 8.1 under a key that Rails 6.1, which Debian has, derives alike.
const cookieFormat = railsFormat({ secretKeyBase, defaults: '8.1', digest: 'SHA1' })
const sessions = createSessions({ name: COOKIE_NAME, format: cookieFormat, guard: 'json' })
const format = cookieFormat.session(COOKIE_NAME, Date.now)

/**
 * The path of a request. Opening is the public `sessions.open`. Sealing is `SessionFormat.seal`, which the commit of a
 * request calls: with a session as it was opened, one key of which was written since.
 */
export const coatcheck: Contender = {
  name: 'coatcheck',
  version: installedVersion(),
  protection: 'encrypted',
  sealing(session) {
    const opened = format.open(sessions.seal(session))
    if (!opened.ok) throw new Error(`our own cookie is ${opened.reason}`)
    const { record } = opened
    const texts = new Map(record.texts?.())
    texts.set(Object.keys(session).at(-1) ?? '', undefined)
    return () => format.seal({ ...record, texts: () => texts })
  },
  opening: (text) => () => sessions.open(text),
  session(opened) {
    const value = opened as ReturnType<typeof sessions.open> // as: `opening` gave it
    return value.ok ? value.data : value.reason
  },
  cookies: (text) => [text],
}

/** `sessions.seal`, the public one: a new session, its id drawn, every value guarded and weighed as it is assigned. */
export const coatcheckFresh: Contender = {
  ...coatcheck,
  sealing: (session) => () => sessions.seal(session),
}
