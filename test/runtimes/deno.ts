import { upgradeSuites } from './cases/upgrades.ts'
import { listen } from './listen.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'
import { runSuites } from './report.ts'
import { storeSuites } from './store-suites.ts'
import { inProcess, nodeSuites, webSuites, type Fetch } from './suites.ts'

/** What is used of Deno's own API. */
declare const Deno: {
  inspect(value: unknown): string
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response }
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: Fetch,
  ): {
    readonly addr: { readonly port: number }
    shutdown(): Promise<void>
  }
}

const upgrades = upgradeSuites((request) => {
  const { socket, response } = Deno.upgradeWebSocket(request)
  socket.addEventListener('open', () => {
    socket.send('hello')
    socket.close()
  })
  return response
})

const reports = await runSuites([inProcess, ...webSuites, ...nodeSuites, ...storeSuites, ...upgrades], {
  show: (value) => Deno.inspect(value),
  railsVectors: RAILS_VECTORS,
  serveNode: listen,
  serve(fetch) {
    const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, (request) => fetch(request))
    return { origin: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() }
  },
})
console.log(JSON.stringify(reports))
