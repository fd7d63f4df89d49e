import { webApp } from './app/web-app.ts'
import type { Place } from './case.ts'
import { cookiePath } from './cookie-path.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'
import { runSuite } from './report.ts'

/** What is used of Deno's own API. */
declare const Deno: {
  inspect(value: unknown): string
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: typeof webApp,
  ): {
    readonly addr: { readonly port: number }
    shutdown(): Promise<void>
  }
}

const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, (request) => webApp(request))
const place: Place = {
  origin: `http://127.0.0.1:${server.addr.port}`,
  show: (value) => Deno.inspect(value),
  railsVectors: RAILS_VECTORS,
}
console.log(JSON.stringify([await runSuite('cookie path', cookiePath, place)]))
await server.shutdown()
