import { inspect } from 'node:util'
import { H3, serve } from 'h3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webApp } from './app/web-app.ts'
import type { Place } from './case.ts'
import { cookiePath } from './cookie-path.ts'
import { RAILS_VECTORS } from './rails-vectors.ts'

// The suite of `npm run test:runtimes`, on the runtime that the project is developed on.
describe('the cookie path under Node', () => {
  const server = serve(
    new H3().all('/**', (event) => webApp(event.req)),
    { hostname: '127.0.0.1', port: 0, silent: true },
  )

  beforeAll(() => server.ready())
  afterAll(() => server.close(true))

  test.each(cookiePath)('$name', async ({ check }) => {
    const place: Place = {
      origin: new URL(server.url ?? '').origin,
      show: (value) => inspect(value),
      railsVectors: RAILS_VECTORS,
    }
    await expect(Promise.resolve(place).then(check)).resolves.toBeUndefined()
  })
})
