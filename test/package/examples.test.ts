import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { connectTo } from '../support/http-client.ts'
import { tampered } from '../support/tampered.ts'
import { EXAMPLES, startExample } from './example-server.ts'
import { ROOT } from './import-graph.ts'

test('there is an example for each framework that has an adapter of its own', () => {
  expect(EXAMPLES).toEqual(['express.ts', 'fastify.ts', 'hono.ts', 'http2.ts', 'koa.ts', 'node-http.ts', 'web.ts'])
})

test.each(EXAMPLES)('%s signs in, switches account, shows it once, and signs out', async (name) => {
  const example = await startExample(process.execPath, join(ROOT, 'examples', name), { PORT: '3456' })
  const protocol = name === 'http2.ts' ? 'HTTP/2' : 'HTTP/1.1'
  const client = connectTo({ protocol, port: example.port, isSecure: false })
  try {
    expect(example.askedFor).toBe(3456)
    expect(await example.firstLine).toBe('http://localhost:3456')
    const browser = new Browser(client)
    expect(await browser.json('/')).toEqual({})

    await browser.post('/accounts/3')
    const before = browser.cookies.get('session')
    const signedIn = await browser.post('/sign-in')
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, expect.stringMatching(/\/$/)])
    expect(browser.cookies.get('session')).not.toBe(before)

    await browser.post('/accounts/8')
    expect(await browser.json('/')).toEqual({ userId: 7, accountId: 8, notice: 'Switched to account 8' })
    expect(await browser.json('/')).toEqual({ userId: 7, accountId: 8 })

    const thief = browser.copy()
    thief.cookies.set('session', tampered(thief.cookies.get('session') ?? ''))
    expect(await thief.json('/')).toEqual({})

    expect((await browser.ask('/nowhere')).status).toBe(404)
    await browser.post('/sign-out')
    expect(browser.cookies.size).toBe(0)
    expect(await browser.json('/')).toEqual({})
  } finally {
    client.close()
    await example.stop()
  }
})

test('the example of a tested application passes its own tests', () => {
  const file = join(ROOT, 'examples/testing/app.test.ts')
  // What vitest sets for itself is not for another test runner.
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env
  const { stdout, status } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
    encoding: 'utf8',
    env,
  })
  expect(stdout).toContain('# pass 3')
  expect(stdout).toContain('# fail 0')
  expect(status).toBe(0)
})
