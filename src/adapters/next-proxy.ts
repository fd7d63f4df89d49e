import type { Sessions } from '../sessions.ts'
import { cookieHeaderAfter } from './next-cookies.ts'
import { isAskedByAction, orUnavailable } from './next-navigation.ts'
import type { NextSessions } from './next-sessions.ts'
import { WebFacts } from './web-facts.ts'
import { OwnResponse, withHeaders } from './web-response.ts'

export function createProxy<Data extends object>(sessions: Sessions<Data>): NextSessions<Data>['proxy'] {
  return (responses, guard) =>
    (incoming, ...rest) =>
      orUnavailable(async () => {
        const exchange = sessions.begin(incoming, new WebFacts(incoming))
        await exchange.load()
        const { session } = exchange
        void session.isNew // a session that nobody looked at is not kept alive
        const answer = await guard?.(session, incoming, ...rest)
        const isAsked = isAskedByAction(incoming)
        const isRead = session.status === 'read'
        // Next drops the cookies of what it asks itself. Where there is no page in the answer, it has the browser ask.
        if (isAsked && !isRead) return new Response(null, { status: 204 })
        const commit =
          isRead && (isAsked || isFetchedAhead(incoming) || isAction(incoming)) ? READ : await exchange.commit()
        if (answer instanceof Response) return withHeaders(answer, commit)
        const { headers } = withHeaders(new OwnResponse(), commit)
        if (commit.setCookie.length === 0) return responses.next({ headers })
        const forwarded = new Headers(incoming.headers)
        forwarded.set('cookie', cookieHeaderAfter(forwarded.get('cookie') ?? '', commit.setCookie))
        return responses.next({ headers, request: { headers: forwarded } })
      })
}

/** What is kept alive by whoever comes next: the action itself, or the visitor who follows the link. */
const READ = { setCookie: [], vary: true, noStore: false }

function isAction(request: Request): boolean {
  return request.headers.has('next-action')
}

/** Next shows this header to a proxy where `skipProxyUrlNormalize` is set. */
function isFetchedAhead(request: Request): boolean {
  return request.headers.has('next-router-prefetch')
}
