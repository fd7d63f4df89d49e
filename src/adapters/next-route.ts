import type { AsyncLocalStorage } from 'node:async_hooks'
import { SessionError } from '../errors.ts'
import type { Session } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'
import { apart, areWritable, setCookies } from './next-cookies.ts'
import { errorStatus, isAskedByAction, orUnavailable, settle } from './next-navigation.ts'
import type { NextFunctions, NextSessions } from './next-sessions.ts'
import { isOutermost } from './outermost.ts'
import { WebFacts } from './web-facts.ts'
import { OwnResponse, withHeaders } from './web-response.ts'

export function createRoute<Data extends object>(
  sessions: Sessions<Data>,
  cookies: NextFunctions['cookies'],
  running: AsyncLocalStorage<Session<Data>>,
): NextSessions<Data>['route'] {
  return (handle) =>
    (incoming, ...rest) =>
      orUnavailable(async () => {
        if (isAskedByAction(incoming)) return new Response(null, { status: 204 })
        const exchange = sessions.begin(incoming, new WebFacts(incoming))
        if (!isOutermost(exchange)) return handle(exchange.session, incoming, ...rest)
        const jar = await cookies()
        if (!areWritable(jar)) throw renderedForAll(incoming)
        await exchange.load()
        const { session } = exchange
        const ending = await settle(() => running.run(session, handle, session, incoming, ...rest))
        const headers = await exchange.commit()
        const added = { ...headers, setCookie: apart(headers.setCookie) }
        if ('result' in ending) return withHeaders(ending.result, added)
        // Next would answer the same, without our headers.
        const status = errorStatus(ending.left)
        if (status !== undefined) return withHeaders(new OwnResponse(null, { status }), added)
        // Next makes a redirect, and looks for cookies here alone.
        setCookies(jar, headers.setCookie)
        throw ending.left
      })
}

function renderedForAll(request: Request): SessionError {
  return new SessionError(
    'ERR_OPTIONS',
    `The route handler of ${new URL(request.url).pathname} uses a session, and Next.js renders it once for everybody, so that one visitor's session would be sent to all. Take dynamic = 'force-static' out of its file.`,
  )
}
