import { webApp } from './app/web-app.ts'
import type { Place } from './case.ts'
import { cookiePath } from './cookie-path.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'
import { runSuite } from './report.ts'

/** What is used of Bun's own API. */
declare const Bun: {
  inspect(value: unknown): string
  serve(options: { hostname: string; port: number; fetch: (request: Request) => Promise<Response> }): {
    readonly url: URL
    stop(closeActiveConnections: boolean): Promise<void>
  }
}

const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: webApp })
const place: Place = {
  origin: server.url.origin,
  show: (value) => Bun.inspect(value),
  railsVectors: RAILS_VECTORS,
}
console.log(JSON.stringify([await runSuite('cookie path', cookiePath, place)]))
await server.stop(true)
