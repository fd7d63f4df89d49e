import { randomBytes } from 'node:crypto'
import type * as Index from '../../src/index.ts'
import type { AnyData, CookieJar, Session, Sessions, SessionsOptions } from '../../src/index.ts'
import type * as Memory from '../../src/stores/memory.ts'
import { built } from '../built.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { memoryStore } = await built<typeof Memory>('stores/memory.js')

export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Sessions in the cookie, each request of which decrypts. */
export function inCookie(options: Partial<SessionsOptions<AnyData>> = {}): Sessions<AnyData> {
  const common = { name: 'session', secrets: [newSecret()], guard: 'json', cacheBytes: 0 }
  return createSessions({ ...common, ...options } as SessionsOptions<AnyData>) // as: Partial loses the union
}

/** Sessions in this process's memory, as large as one likes: what the session itself costs, and no database. */
export function inMemory(): Sessions<AnyData> {
  const store = memoryStore({ maxBytes: 2 ** 24 })
  return createSessions({ name: 'session', secrets: [newSecret()], guard: 'json', store })
}

/** One request and its response. @returns the Cookie header of the next request: the last cookie of ours, or the one that came */
export async function visit(
  sessions: Sessions<AnyData>,
  cookieHeader: string,
  handler: (session: Session<AnyData>, jar: () => CookieJar) => unknown,
): Promise<string> {
  const exchange = sessions.begin({}, { cookieHeader, isSecure: () => true })
  const loading = exchange.load()
  if (loading !== undefined) await loading
  const handled = handler(exchange.session, () => exchange.jar)
  if (handled instanceof Promise) await handled
  const committing = exchange.commit()
  const { setCookie } = committing instanceof Promise ? await committing : committing
  const line = setCookie.findLast((each) => each.startsWith(`${sessions.name}=`))
  return line === undefined ? cookieHeader : line.slice(0, line.indexOf(';'))
}
