import { randomBytes } from 'node:crypto'
import type * as IdentityIndex from '../../src/identity/index.ts'
import type { DeviceIdentity, UserSessionRegistry } from '../../src/identity/index.ts'
import type * as Index from '../../src/index.ts'
import type { Session } from '../../src/index.ts'
import { built } from '../built.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { createIdentity, userSessions } = await built<typeof IdentityIndex>('identity/index.js')

export interface User {
  readonly id: number
}

interface AppSession {
  accountId: number
}

/** A visitor who is signed in: the Cookie header of their browser, and the handle of their record. */
export interface Visitor {
  readonly cookieHeader: string
  readonly id: string
}

export interface Visitors {
  readonly identity: DeviceIdentity<number, User>
  readonly all: readonly Visitor[]
  /** The session of a fresh request with that cookie. Nothing has been opened yet. */
  readonly session: (cookieHeader: string | undefined) => Session<AppSession>
}

/** Signs `count` users in over that registry. A user is looked up in a Map, so that no second query is measured. */
export async function signInVisitors(registry: UserSessionRegistry, count: number): Promise<Visitors> {
  const sessions = createSessions<AppSession>({ name: 'session', secrets: [randomBytes(32).toString('base64url')] })
  const users = new Map(Array.from({ length: count }, (_, at): [number, User] => [at + 1, { id: at + 1 }]))
  const identity = createIdentity({
    sessions,
    verify: userSessions(registry),
    loadUser: (id: number) => users.get(id),
  })
  const begin = (cookieHeader: string | undefined) => sessions.begin({}, { cookieHeader, isSecure: () => true })

  const signIn = async (userId: number): Promise<Visitor> => {
    const request = begin(undefined)
    request.session.accountId = userId
    await identity.signIn(request.session, userId, { method: 'password', ip: '203.0.113.9', userAgent: USER_AGENT })
    const status = await identity.status(request.session)
    const { setCookie } = await request.commit()
    const [line = ''] = setCookie
    if (status.state !== 'signed-in' || status.userSession === undefined) throw new Error('a sign-in failed')
    return { cookieHeader: line.slice(0, line.indexOf(';')), id: status.userSession }
  }

  const all: Visitor[] = []
  // oxlint-disable-next-line no-await-in-loop -- all at once would queue for the pool longer than a sign-in may take
  for (const { id: userId } of users.values()) all.push(await signIn(userId))
  return { identity, all, session: (cookieHeader) => begin(cookieHeader).session }
}

const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
