import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readArguments } from '../../examples/billing/arguments.ts'
import { freePort } from '../support/free-port.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { isAlive, spawnDemo, startDemo, type RunningDemo } from './billing-demo.ts'
import { ADA, COOKIE, press, runTrap, sessionCookie, signIn, workerOf, WORKERS } from './billing-pages.ts'
import { launchChromium } from './launch.ts'
import { takeTableAway } from '../support/unreadable-table.ts'
import { until } from '../support/until.ts'

/** A server that the demo keeps its sessions in. */
interface Server {
  readonly environment: NodeJS.ProcessEnv
  /** What pages call it. */
  readonly title: string
  readonly address: string
  /** Takes the sessions out of reach, and gives what brings them back. */
  readonly takeAway: () => Promise<() => Promise<unknown>>
  readonly stop: () => Promise<unknown>
}

const PASSWORD = 'of-nobodys-business'

async function startRedis(): Promise<Server> {
  const settings = ['--user', 'billing', 'on', `>${PASSWORD}`, '~billing:*', '+@all']
  const redis = await RedisServer.start({ settings: [...settings, '--appendonly', 'yes', '--appendfsync', 'always'] })
  return {
    environment: { REDIS_URL: `redis://billing:${PASSWORD}@127.0.0.1:${redis.port}` },
    title: 'Redis',
    address: redis.url,
    async takeAway() {
      await redis.kill()
      return () => redis.startAgain()
    },
    stop: () => redis.stop(),
  }
}

async function startPostgresServer(): Promise<Server> {
  const postgres = await startPostgres()
  const address = new URL(postgres.url)
  address.username = ''
  address.password = ''
  const run = async (connectionString: string, sql: string): Promise<void> => {
    const client = new Client({ connectionString })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  /** From the other database that every server has. */
  const maintain = (sql: string): Promise<void> => run(new URL('/template1', postgres.url).href, sql)
  return {
    environment: { DATABASE_URL: postgres.url },
    title: 'PostgreSQL',
    address: address.href,
    async takeAway() {
      await maintain('ALTER DATABASE postgres ALLOW_CONNECTIONS false')
      await maintain("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
      return () => maintain('ALTER DATABASE postgres ALLOW_CONNECTIONS true')
    },
    async stop() {
      await run(postgres.url, 'DROP TABLE billing_sessions')
      await postgres.stop()
    },
  }
}

function startSqlite(): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'billing-sessions-'))
  const file = join(directory, 'sessions.db')
  const exec = (sql: string): Promise<void> => {
    const database = new DatabaseSync(file, { timeout: 5000 })
    database.exec(sql)
    database.close()
    return Promise.resolve()
  }
  return Promise.resolve({
    environment: { BILLING_SESSIONS: file },
    title: 'SQLite',
    address: file,
    async takeAway() {
      const { away, back } = takeTableAway('billing_sessions')
      await exec(away)
      return () => exec(back)
    },
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  })
}

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
})

describe.each([
  { store: 'redis', start: startRedis },
  { store: 'postgres', start: startPostgresServer },
  { store: 'sqlite', start: startSqlite },
])('with --store $store', ({ store, start }) => {
  let server: Server
  let demo: RunningDemo
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    server = await start()
    demo = await startDemo({ args: ['--store', store], environment: server.environment })
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    if (demo.output.stderr !== '') throw new Error(`The demo wrote to stderr: ${demo.output.stderr}`)
  })

  afterAll(async () => {
    await demo.stop()
    await server.stop()
  })

  /** Without scripts and on a phone: the longest address must fit. */
  async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      baseURL: demo.url,
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
      ...options,
    })
    contexts.push(context)
    const page = await context.newPage()
    await page.goto(path)
    return page
  }

  async function visitSignedIn(): Promise<Page> {
    const page = await visit('/sign-in')
    await signIn(page, ADA)
    return page
  }

  /** What the inspector says under that mark, on one line. */
  async function inspected(page: Page, mark: string): Promise<string> {
    const text = await page.locator(`.inspector [data-${mark}]`).textContent()
    return (text ?? '').replaceAll(/\s+/g, ' ').trim()
  }

  /** The JSON that the inspector shows. Stores do not keep the order of keys. */
  async function sessionData(page: Page): Promise<unknown> {
    return JSON.parse((await page.locator('.inspector [data-json]').textContent()) ?? '')
  }

  /** Asks until every worker has shown the dashboard, which none does to a stranger. */
  async function seeAllWorkers(page: Page): Promise<Set<string | undefined>> {
    const seen = new Set<string | undefined>()
    const look = async (): Promise<boolean> => {
      const response = await page.request.get('/dashboard', { maxRedirects: 0 })
      if (response.status() === 200) seen.add(response.headers()['x-worker'])
      return seen.size === WORKERS
    }
    await until('every worker has answered', look)
    return seen
  }

  test('a visitor signs in, switches and changes the plan, and each message is shown once', async () => {
    const page = await visitSignedIn()
    expect(await page.getByRole('status').innerText()).toBe('Welcome, Ada Lovelace.')
    const ticket = await sessionCookie(page)
    await press(page, 'Switch to Countess Consulting')
    expect(await page.getByRole('status').innerText()).toBe('Switched to Countess Consulting.')
    await page.reload()
    expect(await page.getByRole('status').count()).toBe(0)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Countess Consulting')

    await page.goto('/plan')
    await page.getByLabel('Team').check()
    await press(page, 'Go on to seats')
    await page.getByLabel('Seats on Team').fill('17')
    await press(page, 'Go on to confirm')
    expect(await sessionData(page)).toEqual({ accountId: 3, wizard: { step: 3, planId: 2, seats: 17 } })
    await press(page, 'Change the plan')
    expect(await page.getByRole('status').innerText()).toBe('Countess Consulting is now on Team with 17 seats.')
    expect(await sessionData(page)).toEqual({ accountId: 3 })
    await seeAllWorkers(page)
    expect(await sessionCookie(page)).toBe(ticket)
  })

  test('the inspector tells where the session lives, what it takes, what is written and what is sent', async () => {
    const page = await visitSignedIn()
    await press(page, 'Switch to Byron Estates')
    const { title, address } = server
    const lives = await inspected(page, 'lives')
    expect(lives).toContain(`It lives in ${title} at ${address}, `)
    expect(lives).toMatch(/(?:keys billing:\*|table billing_sessions), and takes \d\d of 65,536 bytes\.$/)
    expect(await page.locator('.inspector tr', { hasText: 'accountId' }).textContent()).toMatch(/accountId\s*13/)
    expect(await inspected(page, 'ticket')).toContain('It carries a ticket alone')
    expect(await inspected(page, 'written')).toMatch(/^Removed: flash\. In one step/)
    expect(await inspected(page, 'set-cookie')).toMatch(/^No Set-Cookie: the ticket stays the same, although /)
    expect(await page.content()).not.toContain(PASSWORD)
    await page.locator('.inspector summary').click()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)

    const { headers } = await page.reload().then((response) => ({ headers: response?.headers() }))
    expect(headers).not.toHaveProperty('set-cookie')
    expect(await inspected(page, 'written')).toMatch(/^Nothing: /)
    const shown = Number(await page.getByLabel(`Session in ${title}:`).getAttribute('value'))
    expect(await inspected(page, 'lives')).toContain(`takes ${shown} of`)
  })

  test('a cookie that was copied opens nothing after the sign-out', async () => {
    const page = await visitSignedIn()
    const cookie = await sessionCookie(page)
    await page.goto('/traps')
    await runTrap(page, 'copied-cookie', 'Copy my cookie')
    const other = await visit('/traps/copied')
    const replay = async (): Promise<string> => {
      await other
        .getByRole('button', { name: /^Replay copy/ })
        .first()
        .click()
      return other.locator('.outcome').innerText()
    }
    expect(await replay()).toMatch(/Signed in as Ada Lovelace\.(?:.*\s200\s){4}/s)
    await press(page, 'Sign out')
    expect(await page.getByRole('status').innerText()).toBe('Signed out.')
    expect(await replay()).toMatch(/Refused\. The store has no session for that ticket any more\.(?:.*\s303\s){4}/s)

    await other.context().addCookies([{ name: COOKIE, value: cookie, url: demo.url }])
    await other.goto('/sign-in')
    expect(await inspected(other, 'refused')).toBe('not-found')
    await other.goto('/dashboard')
    expect(new URL(other.url()).pathname).toBe('/sign-in')
    expect(await other.getByRole('status').innerText()).toBe('Please sign in.')
  })

  test('every trap does what it says', async () => {
    const page = await visitSignedIn()
    await page.goto('/traps')
    expect(await runTrap(page, 'account', 'Store the account')).toContain('ERR_SESSION_VALUE')
    expect(await runTrap(page, 'flash', 'Flash the account')).toContain('ERR_SESSION_VALUE')
    const large = await runTrap(page, 'overflow', 'Store 6,128 bytes')
    expect(large).toContain(`${server.title} has room for it`)
    expect(large).toMatch(/session\.snapshot is 60\d\d bytes of JSON, 50\d\d over the 1024 that one value may take\./)
    expect(large).toContain('session.snapshot = snapshot')
    expect(large).toContain('The session would have 6,128 of 65,536 bytes.')
    await runTrap(page, 'global-hash', 'Sign in to the hash')
    expect(await runTrap(page, 'global-hash', 'Who am I?')).toContain(`from the session in ${server.title}, on every`)
    expect(await runTrap(page, 'tampered', 'Open it here')).toContain('{"ok":false,"reason":"tampered"}')
    expect(await runTrap(page, 'renamed', 'Open it as admin_session')).toContain('{"ok":false,"reason":"tampered"}')
    const rotated = await runTrap(page, 'rotated', 'Rotate the secret')
    expect(rotated).toMatch(/"ok":true,"data":\{\},.+"secret":1.+Events\s+opened-by-previous-secret$/s)
    expect(await runTrap(page, 'dropped', 'Drop the secret')).toContain('{"ok":false,"reason":"unknown-secret"}')
    await runTrap(page, 'tampered', 'Give it to my browser')
    await page.goto('/dashboard')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  test('a worker is killed by SIGKILL, and nothing is lost', async () => {
    const page = await visitSignedIn()
    await press(page, 'Switch to Byron Estates')
    const killed = await workerOf(page)
    process.kill(killed, 'SIGKILL')
    await until('the killed worker is gone', () => !isAlive(killed))
    await page.reload()
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
    expect(await seeAllWorkers(page)).not.toContain(String(killed))
  })

  test('while the store is away a page says so, and afterwards the same browser is still signed in', async () => {
    const page = await visitSignedIn()
    await press(page, 'Switch to Byron Estates')
    const cookie = await sessionCookie(page)
    const bringBack = await server.takeAway()
    const response = await page.goto('/dashboard')
    expect(response?.status()).toBe(503)
    expect(response?.headers()).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' })
    expect(response?.headers()).not.toHaveProperty('set-cookie')
    expect(await page.locator('main').innerText()).toMatch(
      /^Please try again\s+We cannot get at your session right now\./,
    )
    expect(await page.locator('[data-operator]').innerText()).toContain(`The ${store} store of sessions failed.`)
    // A stranger needs no session, until there is a message to keep for the next page.
    const stranger = await visit('/sign-in')
    expect(await stranger.getByRole('button', { name: 'Sign in' }).isVisible()).toBe(true)
    const unkept = await stranger.goto('/dashboard')
    expect(unkept?.status()).toBe(503)
    expect(await stranger.locator('main').innerText()).toContain('We cannot get at your session right now.')
    // The one that takes its place starts without the store.
    const killed = await workerOf(page)
    process.kill(killed, 'SIGKILL')
    await until('the killed worker is gone', () => !isAlive(killed))
    await bringBack()

    await seeAllWorkers(page)
    await page.goto('/dashboard')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
    expect(await sessionCookie(page)).toBe(cookie)
    expect(demo.output.stderr).toMatch(
      new RegExp(`^The ${store} store of sessions failed\\. .+ The reason: .+\\.$`, 'm'),
    )
    expect(demo.output.stderr).not.toMatch(/^\s+at /m)
    demo.output.stderr = ''
  })
})

test.each([
  {
    store: 'redis',
    environment: (port: number) => ({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}` }),
    line: (port: number) =>
      `Cannot use Redis at redis://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}. Start one with redis-server, or say where it is: REDIS_URL=redis://localhost:6379 npm start -- --store redis\n`,
  },
  {
    store: 'postgres',
    environment: (port: number) => ({ DATABASE_URL: `postgres://ada:${PASSWORD}@127.0.0.1:${port}/billing` }),
    line: (port: number) =>
      `Cannot use PostgreSQL at postgres://127.0.0.1:${port}/billing: connect ECONNREFUSED 127.0.0.1:${port}. Start one, or say where it is: DATABASE_URL=postgres://user:password@localhost:5432/postgres npm start -- --store postgres\n`,
  },
])('without a server --store $store is one line and exit code 1, before any worker', async ({ store, ...server }) => {
  const directory = mkdtempSync(join(tmpdir(), 'billing-unreachable-'))
  const port = await freePort()
  const demo = spawnDemo(3000, join(directory, 'billing.db'), {
    args: ['--store', store],
    environment: server.environment(port),
  })
  const [code] = await once(demo.process, 'close')
  rmSync(directory, { recursive: true })
  expect(code).toBe(1)
  expect(demo.output).toEqual({ stdout: '', stderr: server.line(port) })
})

test('a store that there is not, and --rails beside --store, are refused with the usage', () => {
  const usage = 'Usage: npm start [-- --rails | --store redis|postgres|sqlite]'
  expect(() => readArguments(['--store', 'memcached'])).toThrow(`There is no store "memcached". ${usage}`)
  expect(() => readArguments(['--store'])).toThrow(`Option '--store <value>' argument missing. ${usage}`)
  expect(() => readArguments(['--rails', '--store', 'redis'])).toThrow(
    `A Rails cookie holds its session, so --rails and --store exclude each other. ${usage}`,
  )
})
