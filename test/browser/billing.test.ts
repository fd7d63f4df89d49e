import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isAlive, spawnDemo, startDemo, type RunningDemo } from './billing-demo.ts'
import { ADA, COOKIE, follow, press, runTrap, sessionCookie, signIn, workerOf, WORKERS } from './billing-pages.ts'
import { launchChromium } from './launch.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '../..')

let browser: Browser
let demo: RunningDemo
/** The cookie of a sign-in, shared by the tests: each goes on from it with data of its own. Who signs out needs their own. */
let adasCookies: Awaited<ReturnType<BrowserContext['storageState']>>
const contexts: BrowserContext[] = []
/** Every response of a test, to be sure that none was a server error. */
const responses: Response[] = []

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchChromium(), startDemo()])
  const page = await visit('/sign-in')
  await signIn(page, ADA)
  await page.reload()
  adasCookies = await page.context().storageState()
})

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
  const failed = responses.splice(0).filter((response) => response.status() >= 500)
  if (failed.length > 0) throw new Error(`The demo failed at ${failed.map((response) => response.url()).join(', ')}`)
  if (demo.output.stderr !== '') throw new Error(`The demo wrote to stderr: ${demo.output.stderr}`)
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
})

/** A visitor with an empty profile. None of them runs a script: the demo must do without. */
async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.url, javaScriptEnabled: false, ...options })
  contexts.push(context)
  const page = await context.newPage()
  page.on('response', (response) => responses.push(response))
  await page.goto(path)
  return page
}

function visitSignedIn(path = '/dashboard', options: BrowserContextOptions = {}): Promise<Page> {
  return visit(path, { storageState: adasCookies, ...options })
}

/** Reloads until as many workers answered; a demo that sticks to fewer never gets there. */
async function seeWorkers(page: Page, wanted: number): Promise<Set<number>> {
  const seen = new Set<number>()
  for (let visits = 0; seen.size < wanted && visits < 60; visits++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await page.goto('/dashboard')
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true)
    seen.add(await workerOf(page))
  }
  return seen
}

test('a wrong password and an unknown address get the same message and no error page', async () => {
  const page = await visit('/sign-in')
  const answers: string[] = []
  for (const credentials of [
    { email: ADA.email, password: 'wrong' },
    { email: 'nobody@example.com', password: ADA.password },
  ]) {
    // oxlint-disable-next-line no-await-in-loop -- in one browser, one after the other
    await signIn(page, credentials)
    answers.push(await page.getByRole('alert').innerText())
  }
  expect(answers[0]).toBe('That e-mail address and password do not belong together.')
  expect(answers[1]).toBe(answers[0])
  await page.reload()
  await page.goto('/sign-in')
  expect(await page.getByRole('alert').count()).toBe(0)
})

test('signing in shows the account, and signing out ends it', async () => {
  const page = await visit('/')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await signIn(page, ADA)
  expect(await page.getByRole('status').innerText()).toBe('Welcome, Ada Lovelace.')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Analytical Engines Ltd')
  expect(await page.getByRole('row').count()).toBeGreaterThan(3)
  await press(page, 'Sign out')
  expect(await page.getByRole('status').innerText()).toBe('Signed out.')
  await page.goto('/dashboard')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
})

test('a remembered session outlives the browser, any other ends with it', async () => {
  const page = await visit('/sign-in')
  await signIn(page, ADA)
  const [cookie] = await page.context().cookies()
  expect(cookie).toMatchObject({ name: COOKIE, httpOnly: true, sameSite: 'Lax', expires: -1 })
  await press(page, 'Sign out')
  await page.getByLabel('Remember me').check()
  await signIn(page, ADA)
  const [remembered] = await page.context().cookies()
  expect(remembered?.expires).toBeGreaterThan(Date.now() / 1000 + 86_400)
})

test('requests hop over all four processes, and the visitor stays signed in on each', async () => {
  const page = await visitSignedIn()
  expect((await seeWorkers(page, WORKERS)).size).toBe(WORKERS)
})

test('switching the account shows its message exactly once', async () => {
  const page = await visitSignedIn()
  await press(page, 'Switch to Byron Estates')
  expect(await page.getByRole('status').innerText()).toBe('Switched to Byron Estates.')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
  await page.reload()
  expect(await page.getByRole('status').count()).toBe(0)
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
})

test("another user's account is not found, and the own one stays", async () => {
  const page = await visitSignedIn()
  // Grace's first account is number 4. The page is edited as a visitor with developer tools would.
  await page
    .locator('form[action="/accounts/2/switch"]')
    .evaluate((form: { setAttribute(name: string, value: string): void }) =>
      form.setAttribute('action', '/accounts/4/switch'),
    )
  await press(page, 'Switch to Byron Estates')
  expect(await page.getByText('You have no such account.').isVisible()).toBe(true)
  expect(responses.map((response) => response.status())).toContain(404)
  await page.goto('/dashboard')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Analytical Engines Ltd')
})

test('the wizard keeps three steps by ids and small values, then changes the plan', async () => {
  const page = await visitSignedIn()
  await press(page, 'Switch to Countess Consulting')
  await page.goto('/plan')
  await page.getByLabel('Team').check()
  await press(page, 'Go on to seats')
  await page.getByLabel('Seats on Team').fill('17')
  await press(page, 'Go on to confirm')
  expect(await page.getByText('Team, 17 seats').isVisible()).toBe(true)
  expect(await page.locator('.inspector pre').allTextContents()).toContainEqual(
    '{"accountId":3,"wizard":{"step":3,"planId":2,"seats":17}}',
  )
  await press(page, 'Back')
  expect(await page.getByLabel('Seats on Team').inputValue()).toBe('17')
  await press(page, 'Go on to confirm')
  await press(page, 'Change the plan')
  expect(await page.getByRole('status').innerText()).toBe('Countess Consulting is now on Team with 17 seats.')
  expect(await page.getByRole('cell', { name: 'Change to Team, 17 seats' }).isVisible()).toBe(true)
  expect(await page.locator('.inspector pre').allTextContents()).toContainEqual('{"accountId":3}')
})

test('the footer measures the cookie, and the measure is right', async () => {
  const page = await visitSignedIn()
  const measure = async (): Promise<number> => {
    const shown = Number(await page.getByLabel('Cookie:').getAttribute('value'))
    expect(await page.locator('[data-cookie-bytes]').innerText()).toBe(String(shown))
    expect(shown).toBe(COOKIE.length + (await sessionCookie(page)).length)
    return shown
  }
  const before = await measure()
  await press(page, 'Switch to Byron Estates')
  expect(await measure()).toBeGreaterThan(before)
})

test('the inspector shows the pipeline of this request', async () => {
  const page = await visitSignedIn()
  const inspector = page.locator('.inspector')
  await inspector.locator('summary').click()
  expect(await inspector.getByText(new RegExp(`^Cookie: ${COOKIE}=`)).isVisible()).toBe(true)
  expect(await inspector.getByRole('row', { name: '_identity' }).innerText()).toMatch(/_identity\s+1\d\d/)
  expect(await inspector.getByText('{}', { exact: true }).isVisible()).toBe(true)
  expect(await inspector.locator('[data-identity]').innerText()).toMatch(
    /^signed-in as user 1 by user session [\w-]{22}, /,
  )
  expect(await inspector.locator('[data-status]').innerText()).toBe('read')
  expect(await inspector.getByText('nothing was written').isVisible()).toBe(true)

  // The message is shown now, so it leaves the session, and the cookie has to be written.
  await press(page, 'Switch to Byron Estates')
  await inspector.locator('summary').click()
  expect(await inspector.locator('[data-status]').innerText()).toBe('changed')
  expect(await inspector.getByText(`Set-Cookie: ${COOKIE}=`).isVisible()).toBe(true)
  expect(await inspector.getByText('{"accountId":2}', { exact: true }).isVisible()).toBe(true)
  expect(await inspector.getByRole('row', { name: 'accountId' }).innerText()).toMatch(/accountId\s+13/)
})

test('a worker is killed by SIGKILL; the visitor it served is still signed in, and there are four again', async () => {
  const page = await visitSignedIn()
  const killed = await workerOf(page)
  process.kill(killed, 'SIGKILL')
  await until('the killed worker is gone', () => !isAlive(killed))
  await page.reload()
  expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true)
  expect(await workerOf(page)).not.toBe(killed)
  const seen = await seeWorkers(page, WORKERS)
  expect(seen.size).toBe(WORKERS)
  expect(seen).not.toContain(killed)
})

test('a tampered cookie signs out without an error page', async () => {
  const page = await visitSignedIn()
  const value = await sessionCookie(page)
  const at = value.length - 30
  const tampered = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
  await page.context().addCookies([{ name: COOKIE, value: tampered, url: demo.url }])
  const response = await page.goto('/dashboard')
  expect(response?.status()).toBe(200)
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await page.getByRole('status').innerText()).toBe('Please sign in.')
  await signIn(page, ADA)
  expect(await page.getByText('Welcome, Ada Lovelace.').isVisible()).toBe(true)
})

test('trap: the account object is refused at the line that stores it', async () => {
  const page = await visitSignedIn('/traps')
  const outcome = await runTrap(page, 'account', 'Store the account')
  expect(outcome).toContain('ERR_SESSION_VALUE')
  expect(outcome).toContain('session.currentAccount looks like a record')
  expect(outcome).toMatch(/examples\/billing\/traps\/mistakes\.ts:\d+/)
  expect(outcome).toContain('session.currentAccount = account')
})

test('trap: the object in the flash is refused at the line that flashes it', async () => {
  const page = await visitSignedIn('/traps')
  const outcome = await runTrap(page, 'flash', 'Flash the account')
  expect(outcome).toContain('ERR_SESSION_VALUE')
  expect(outcome).toContain("session.flash['error'] = account")
  expect(outcome).toMatch(/examples\/billing\/traps\/mistakes\.ts:\d+/)
})

test("trap: 6,128 bytes overflow with the article's sentence, whatever else is in the session", async () => {
  const page = await visitSignedIn('/traps')
  const first = await runTrap(page, 'overflow', 'Store 6,128 bytes')
  expect(first).toContain(`${COOKIE} cookie overflowed with size 6128 bytes, 2032 over the 4096 that browsers keep.`)
  expect(first).toContain('session.snapshot = snapshot')
  await page.goto('/dashboard')
  await press(page, 'Switch to Byron Estates')
  await page.goto('/traps')
  expect(await runTrap(page, 'overflow', 'Store 6,128 bytes')).toContain('overflowed with size 6128 bytes')
})

test('trap: the global hash forgets on other workers what coatcheck knows on each', async () => {
  const page = await visitSignedIn('/traps')
  expect(await runTrap(page, 'global-hash', 'Sign in to the hash')).toMatch(/Worker \d+ now remembers Ada Lovelace\./)
  let history = ''
  for (let asked = 0; asked < 7; asked++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    history = await runTrap(page, 'global-hash', 'Who am I?')
    expect(history).toContain('Ada Lovelace, from the sealed cookie, on every worker')
  }
  expect(history).toMatch(/Worker \d+ forgot you\./)
  expect(history).toMatch(/Worker \d+ now remembers Ada Lovelace\./)
})

test('trap: the tampered cookie is refused with a reason for the operator', async () => {
  const page = await visitSignedIn('/traps')
  expect(await runTrap(page, 'tampered', 'Open it here')).toContain('{"ok":false,"reason":"tampered"}')
  await page.goto('/dashboard')
  expect(new URL(page.url()).pathname).toBe('/dashboard')
})

test('trap: the tampered cookie in the own browser signs out at the next click', async () => {
  const page = await visitSignedIn('/traps')
  const before = await sessionCookie(page)
  await runTrap(page, 'tampered', 'Give it to my browser')
  expect(await sessionCookie(page)).not.toBe(before)
  await follow(page, page.getByRole('link', { name: 'Account', exact: true }))
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await page.getByRole('status').innerText()).toBe('Please sign in.')
})

test('trap: a renamed cookie, a rotated and a dropped secret do what they must', async () => {
  const page = await visitSignedIn('/traps')
  expect(await runTrap(page, 'renamed', 'Open it as admin_session')).toContain('{"ok":false,"reason":"tampered"}')
  const rotated = await runTrap(page, 'rotated', 'Rotate the secret')
  expect(rotated).toContain('"ok":true')
  expect(rotated).toContain('"secret":1')
  expect(rotated).toContain('opened-by-previous-secret')
  expect(await runTrap(page, 'dropped', 'Drop the secret')).toContain('{"ok":false,"reason":"unknown-secret"}')
})

test('the sentences that the page gives to the compiler are what the compiler says', async () => {
  const page = await visitSignedIn('/traps')
  const sentences = await Promise.all(
    ['account', 'flash'].map((id) => page.locator(`#${id} [data-compiler]`).innerText()),
  )
  const said = compileMistakes()
  for (const sentence of sentences) expect(said).toContain(sentence)
})

test('on a phone no page is wider than the screen', async () => {
  const page = await visit('/sign-in', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
  await signIn(page, ADA)
  const widths: Record<string, unknown> = {}
  const measure = async (where: string): Promise<void> => {
    await page.locator('.inspector summary').click()
    widths[where] = await page.evaluate('document.documentElement.scrollWidth')
  }
  await measure('/dashboard')
  await page.goto('/plan')
  await measure('/plan')
  await page.goto('/traps')
  await runTrap(page, 'overflow', 'Store 6,128 bytes')
  await measure('/traps')
  await press(page, 'Sign out')
  await measure('/sign-in')
  await page.goto('/nowhere')
  await measure('/nowhere')
  expect(widths).toEqual({ '/dashboard': 360, '/plan': 360, '/traps': 360, '/sign-in': 360, '/nowhere': 360 })
})

test('a form that another site sends is refused', async () => {
  const page = await visitSignedIn()
  const evil = await page.context().newPage()
  await evil.route('http://evil.example/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${demo.url}/sign-out"><button>Free money</button></form>`,
    }),
  )
  await evil.goto('http://evil.example/')
  const answer = evil.waitForResponse(`${demo.url}/sign-out`)
  await evil.getByRole('button').click()
  expect((await answer).status()).toBe(403)
  await page.goto('/dashboard')
  expect(new URL(page.url()).pathname).toBe('/dashboard')
})

test('a taken port is one line on stderr and no endless respawning', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'billing-taken-'))
  const second = spawnDemo(demo.port, join(directory, 'billing.db'))
  const [code] = await once(second.process, 'close')
  rmSync(directory, { recursive: true })
  expect(code).toBe(1)
  expect(second.output.stderr).toBe(`Port ${demo.port} is taken. Choose another one: PORT=${demo.port + 1} npm start\n`)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the demo and its workers in less time than it took to start',
  async (signal) => {
    const begin = performance.now()
    const other = await startDemo()
    const exit = once(other.process, 'exit')
    const start = performance.now()
    const starting = start - begin
    other.process.kill(signal)
    expect(await exit).toEqual([0, null])
    await until('every worker is gone', () => other.pids.every((pid) => !isAlive(pid)))
    expect(performance.now() - start).toBeLessThan(starting)
    expect(other.output.stderr).toBe('')
    await other.stop()
  },
)

test('SIGTERM to npm start ends the demo too, although npm tells only the shell around it', async () => {
  const other = await startDemo({ how: 'in a shell' })
  other.process.kill('SIGTERM')
  await until('every worker is gone', () => other.pids.every((pid) => !isAlive(pid)))
  await expect(fetch(other.url)).rejects.toThrow('fetch failed')
  await other.stop()
})

/** What tsc says about `traps/mistakes.ts` when nothing swallows its errors. */
function compileMistakes(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mistakes-'))
  const traps = join(ROOT, 'examples/billing/traps')
  const source = readFileSync(join(traps, 'mistakes.ts'), 'utf8')
    .replaceAll('@ts-expect-error', '')
    .replaceAll("'../", `'${join(traps, '..')}/`)
  writeFileSync(join(directory, 'mistakes.ts'), source)
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        typeRoots: [join(ROOT, 'node_modules/@types')],
        paths: { coatcheck: [join(ROOT, 'dist/index.d.ts')] },
      },
      include: ['mistakes.ts'],
    }),
  )
  const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory, '--pretty', 'false'], {
    encoding: 'utf8',
  })
  rmSync(directory, { recursive: true })
  return stdout
}
