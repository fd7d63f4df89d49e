import { AsyncLocalStorage } from 'node:async_hooks'
import type { ReadonlySession } from '../session/readonly-session.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import { cookieHeaderAfter, currentCookieHeader, setCookies, type NextCookies } from './next-cookies.ts'
import { errorStatus, settle } from './next-navigation.ts'
import type { NextFunctions, NextSessions } from './next-sessions.ts'
import { OwnResponse } from './web-response.ts'
import { session as withSession } from './web.ts'

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
      isSecure: () => received.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https',
    }
  }

  return {
    ...sessions,

    async read() {
      const held = running.getStore()
      if (held !== undefined) return held as object as ReadonlySession<Data> // as: of a `Data` not known, the compiler cannot say that it fits
      const jar = await cookies()
      const session = reads.get(jar) ?? request(jar).then(({ cookieHeader }) => sessions.load(cookieHeader))
      reads.set(jar, session)
      return session
    },

    action:
      (run) =>
      async (...args) => {
        const held = running.getStore()
        if (held !== undefined) return run(held, ...args)
        const jar = await cookies()
        const { isFetch, ...facts } = await request(jar)
        const exchange = sessions.begin({}, facts)
        await exchange.load()
        const { session } = exchange
        const ending = await settle(() => running.run(session, run, session, ...args))
        const { setCookie } = await exchange.commit()
        setCookies(jar, setCookie)
        reads.delete(jar)
        // A cookie has Next render the page again; what changed in a store alone has to as well.
        if (isFetch && setCookie.length === 0 && session.status === 'changed') refresh()
        if ('left' in ending) throw ending.left
        return ending.result
      },

    route:
      (handle) =>
      async (incoming, ...rest) => {
        let left: unknown
        const standIn = new OwnResponse()
        const response = await withSession(sessions, async (asked: typeof incoming) => {
          const session = sessions.of(asked)
          const ending = await settle(() => running.run(session, handle, session, asked, ...rest))
          if ('result' in ending) return ending.result
          // Next would answer the same, without the cookies that were set.
          const status = errorStatus(ending.left)
          if (status !== undefined) return new Response(null, { status })
          left = ending.left
          return standIn
        })(incoming)
        if (response !== standIn) return response
        // Next makes a redirect, and looks for cookies here alone.
        setCookies(await cookies(), standIn.headers.getSetCookie())
        throw left
      },

    proxy:
      (responses, guard) =>
      async (incoming, ...rest) => {
        const standIn = new OwnResponse()
        const response = await withSession(sessions, async (asked: typeof incoming) => {
          const session = sessions.of(asked)
          void session.isNew // a session that nobody looked at is not kept alive
          return (await guard?.(session, asked, ...rest)) ?? standIn
        })(incoming)
        if (response !== standIn) return response
        const sent = standIn.headers
        const lines = sent.getSetCookie()
        if (lines.length === 0) return responses.next({ headers: sent })
        const forwarded = new Headers(incoming.headers)
        forwarded.set('cookie', cookieHeaderAfter(forwarded.get('cookie') ?? '', lines))
        return responses.next({ headers: sent, request: { headers: forwarded } })
      },
  }
}
