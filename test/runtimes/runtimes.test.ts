import { inspect } from 'node:util'
import { H3, serve } from 'h3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from './listen.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'
import { inProcess, nodeSuites, webSuites, type Fetch, type Runtime, type Served } from './suites.ts'

const node: Runtime = {
  show: (value) => inspect(value),
  railsVectors: RAILS_VECTORS,
  serve: serveOnNode,
  serveNode: listen,
}

// What `npm run test:runtimes` runs elsewhere, on the runtime that the project is developed on. The contract of the stores
// has tests of its own.
const suites = [inProcess, ...webSuites, ...nodeSuites].map((suite) => ({
  where: 'no sessions but their own',
  ...suite,
}))

describe.each(suites)('under Node, $title, $where', ({ cases, start }) => {
  let served: Served | undefined

  beforeAll(async () => {
    served = await start(node)
  })
  afterAll(() => served?.stop())

  // Not `test.each`, which cuts a name off after 40 characters.
  for (const { name, check } of cases) {
    // oxlint-disable-next-line vitest/valid-title -- a sentence, as everywhere
    test(name, async () => {
      const place = { ...node, origin: served?.origin ?? '' }
      await expect(Promise.resolve(place).then(check)).resolves.toBeUndefined()
    })
  }
})

/** Node has no server of its own for such a function; h3 brings one. */
async function serveOnNode(fetch: Fetch): Promise<Served> {
  const app = new H3().all('/**', (event) => fetch(event.req))
  const server = serve(app, { hostname: '127.0.0.1', port: 0, silent: true })
  await server.ready()
  return { origin: new URL(server.url ?? '').origin, stop: () => server.close(true) }
}
