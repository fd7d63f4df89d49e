import { inspect } from 'node:util'
import { handleAsNodeRequest } from 'cloudflare:node'
import { runSuites } from './report.ts'
import { inProcess, nodeSuites, webSuites, type Fetch, type Served } from './suites.ts'

// Fastify itself makes code from text, which Workers do not allow.
const suites = [inProcess, ...webSuites, ...nodeSuites.filter(({ title }) => !title.startsWith('Fastify'))]

/** What is served by now, at `/0/…`, `/1/…`: a Worker cannot listen on a port of its own. */
const served: Fetch[] = []

/** A Worker that runs the suites when it is asked for them, and is what they ask over HTTP. */
const worker = {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const [, place = '', rest = ''] = /^\/(\w+)(.*)$/.exec(url.pathname) ?? []
    if (place === 'suites') return Response.json(await runAll(url.origin))
    const fetch = served[Number(place)]
    if (fetch === undefined) return new Response(null, { status: 404 })
    return fetch(new Request(`${url.origin}${rest}${url.search}`, request))
  },
}

function runAll(origin: string): ReturnType<typeof runSuites> {
  const serve = (fetch: Fetch): Served => ({ origin: `${origin}/${served.push(fetch) - 1}`, stop: () => undefined })
  return runSuites(suites, {
    show: (value) => inspect(value),
    railsVectors: '/bundle', // where a Worker finds the files of its own bundle
    serve,
    serveNode(server) {
      const port = 8000 + served.length
      server.listen(port)
      return serve((request) => handleAsNodeRequest(port, request))
    },
  })
}

// oxlint-disable-next-line import/no-default-export -- where Workers have their handlers
export default worker
