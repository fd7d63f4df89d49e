import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { session } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/index.ts'
import { launchChromium } from './launch.ts'

const LIMIT = 4096
const sessions = createSessions<{ filler: string }>({
  name: 'limit_session',
  secrets: ['9b1f6a0de2c84753bc0d9e12f7a6548830c5e1d4a2b79f6e8d3c5b1a04f7e692'],
  guard: 'json',
})

let browser: Browser
let server: Server
let url: string
/** What the browser sent with the last request. */
let received: string | undefined
/** What happened when one byte more was stored. */
let refusal: unknown

beforeAll(async () => {
  browser = await launchChromium()
  const handler = session(sessions, (request, response) => {
    received = request.headers.cookie
    if (request.url === '/fill') {
      refusal = fill(sessions.of(request))
      response.appendHeader('Set-Cookie', `raw_kept=${'k'.repeat(LIMIT - 'raw_kept'.length)}`)
      response.appendHeader('Set-Cookie', `raw_lost=${'l'.repeat(LIMIT + 1 - 'raw_lost'.length)}`)
    }
    response.end('ok')
  })
  // Node's own limit for all headers together is 16 KiB; three cookies of this size stay below it.
  server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  url = `http://127.0.0.1:${address.port}`
})

afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

/** Fills the session up to the last byte; gives what one byte more throws. */
function fill(full: ReturnType<typeof sessions.of>): unknown {
  full.filler = ''
  // base64url grows by 4 characters for 3 bytes; the first guess is a little short, and the rest is tried.
  let filler = 'f'.repeat(Math.floor((full.size.remaining * 3) / 4) - 4)
  try {
    for (;;) {
      full.filler = filler
      filler += 'f'
    }
  } catch (error) {
    return error
  }
}

test('Chromium keeps a session of exactly 4096 bytes, coatcheck refuses one byte more, and Chromium would drop it', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${url}/fill`)

  const kept = new Map((await context.cookies()).map(({ name, value }) => [name, name.length + value.length]))
  expect(Object.fromEntries(kept)).toEqual({ limit_session: LIMIT, raw_kept: LIMIT })
  expect(refusal).toMatchObject({ code: 'ERR_COOKIE_OVERFLOW' })

  await page.goto(`${url}/read`)
  expect(received).toContain('limit_session=')
  expect(received).toContain('raw_kept=')
  expect(received).not.toContain('raw_lost')
  expect(sessions.read(received).filler).toMatch(/^f{2900,}$/)
  await context.close()
})
