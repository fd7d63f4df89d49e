import { listen } from './listen.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'
import { runSuites } from './report.ts'
import { storeSuites } from './store-suites.ts'
import { inProcess, nodeSuites, webSuites, type Fetch } from './suites.ts'

/** What is used of Bun's own API. */
declare const Bun: {
  inspect(value: unknown): string
  serve(options: { hostname: string; port: number; fetch: Fetch }): {
    readonly url: URL
    stop(closeActiveConnections: boolean): Promise<void>
  }
}

const reports = await runSuites([inProcess, ...webSuites, ...nodeSuites, ...storeSuites], {
  show: (value) => Bun.inspect(value),
  railsVectors: RAILS_VECTORS,
  serveNode: listen,
  serve(fetch) {
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch })
    return { origin: server.url.origin, stop: () => server.stop(true) }
  },
})
console.log(JSON.stringify(reports))
