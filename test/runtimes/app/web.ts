import type { Sessions } from 'coatcheck'
import { session } from 'coatcheck/web'
import { answer, lateWrite, type Data } from './routes.ts'

/** The application as one function from `Request` to `Response`. */
export function webApp(sessions: Sessions<Data>): (request: Request) => Response | Promise<Response> {
  return session(sessions, (request: Request): Response => {
    const { pathname, search } = new URL(request.url)
    if (pathname === '/stream') return streamed(sessions, request)
    const asked = { session: sessions.of(request), jar: sessions.jar(request), query: search.slice(1) }
    const answered = answer(pathname, asked)
    if ('location' in answered) return Response.redirect(new URL(answered.location, request.url), 303)
    return Response.json(answered.json)
  })
}

/** Writes to its session when the headers have left already. */
function streamed(sessions: Sessions<Data>, request: Request): Response {
  sessions.of(request).visits = 3
  const encoder = new TextEncoder()
  let isHead = true
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(encoder.encode(isHead ? 'head ' : lateWrite(sessions.of(request))))
        if (!isHead) controller.close()
        isHead = false
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body)
}
