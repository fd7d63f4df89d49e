import { inspect } from 'node:util'
import { webApp } from './app/web-app.ts'
import type { Place } from './case.ts'
import { cookiePath } from './cookie-path.ts'
import { runSuite } from './report.ts'

/** A Worker that is the application, and runs the suite against itself when it is asked for it. */
const worker = {
  async fetch(request: Request): Promise<Response> {
    const { origin, pathname } = new URL(request.url)
    if (pathname !== '/suite') return webApp(request)
    // Where Workers find the files of their own bundle.
    const place: Place = { origin, show: (value) => inspect(value), railsVectors: '/bundle' }
    return Response.json([await runSuite('cookie path', cookiePath, place)])
  },
}

// oxlint-disable-next-line import/no-default-export -- where Workers look for their handlers
export default worker
