import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadonlySession } from '../session/readonly-session.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import { areWritable, currentCookieHeader, setCookies, type NextCookies } from './next-cookies.ts'
import { settle } from './next-navigation.ts'
import { createProxy } from './next-proxy.ts'
import { createRoute } from './next-route.ts'
import type { NextFunctions, NextSessions } from './next-sessions.ts'

export type { NextFunctions, NextResponses, NextSessions } from './next-sessions.ts'

/**
 * Makes sessions fit for Next.js 16.
 *
 * ```ts
 * import { refresh } from 'next/cache'
 * import { cookies, headers } from 'next/headers'
 * export const sessions = nextSessions(createSessions<Data>({ … }), { cookies, headers, refresh })
 * ```
 */
export function nextSessions<Data extends object>(
  sessions: Sessions<Data>,
  { cookies, headers, refresh }: NextFunctions,
): NextSessions<Data> {
  const running = new AsyncLocalStorage<Session<Data>>()
  /** By what `cookies()` gives, which is the same for all of a request. */
  const reads = new WeakMap<NextCookies, Promise<ReadonlySession<Data>>>()

  const request = async (jar: NextCookies) => {
    const received = await headers()
    return {
      cookieHeader: currentCookieHeader(received.get('cookie') ?? '', jar),
      isFetch: received.has('next-action'),
      // Next sets it where no proxy in front has.
      header: (name: string) => received.get(name),
      isSecure: () => received.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https',
    }
  }

  const read = (jar: NextCookies): Promise<ReadonlySession<Data>> => {
    const session = reads.get(jar) ?? request(jar).then(({ cookieHeader }) => sessions.load(cookieHeader))
    reads.set(jar, session)
    return session
  }

  return {
    ...sessions,

    async read() {
      const held = running.getStore()
      if (held !== undefined) return held as object as ReadonlySession<Data> // as: of a `Data` not known, the compiler cannot say that it fits
      return read(await cookies())
    },

    action:
      (run) =>
      async (...args) => {
        const held = running.getStore()
        if (held !== undefined) return run(held, ...args)
        const jar = await cookies()
        // as: a page that calls it while it is rendered gets what every component gets, and a write is refused at its line
        if (!areWritable(jar)) return run((await read(jar)) as object as Session<Data>, ...args)
        const { isFetch, ...facts } = await request(jar)
        const exchange = sessions.begin({}, facts)
        await exchange.load()
        const { session } = exchange
        const ending = await settle(() => running.run(session, run, session, ...args))
        // A cookie has Next forget the pages that it fetched ahead, so one is sent for what changed in a store alone, too.
        if (session.status === 'changed') session.touch()
        const { setCookie } = await exchange.commit()
        setCookies(jar, setCookie)
        reads.delete(jar)
        // Where there is none all the same, because the session ended elsewhere meanwhile, this page is rendered again.
        if (isFetch && setCookie.length === 0 && session.status === 'changed') refresh()
        if ('left' in ending) throw ending.left
        return ending.result
      },

    route: createRoute(sessions, cookies, running),
    proxy: createProxy(sessions),
  }
}
