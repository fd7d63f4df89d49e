import { DatabaseSync } from 'node:sqlite'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page, Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isAlive, startDemo, type RunningDemo } from './billing-demo.ts'
import { ADA, follow, GRACE, MARGARET, press, runTrap, sessionCookie, signIn, workerOf } from './billing-pages.ts'
import { COOKIE, WORKERS } from './billing-pages.ts'
import { launchChromium } from './launch.ts'
import { secretsIn, sha256 } from './secrets-in.ts'
import { takeTableAway } from '../support/unreadable-table.ts'
import { until } from '../support/until.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

let browser: Browser
let demo: RunningDemo
/** A shell on the demo's own database. */
let shell: DatabaseSync
const contexts: BrowserContext[] = []
const responses: Response[] = []

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchChromium(), startDemo()])
  shell = new DatabaseSync(demo.database, { timeout: 5000 })
})

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
  shell.exec('DELETE FROM coatcheck_user_sessions; UPDATE users SET access_revoked = 0')
  const failed = responses.splice(0).filter((response) => response.status() >= 500)
  if (failed.length > 0) throw new Error(`The demo failed at ${failed.map((response) => response.url()).join(', ')}`)
  if (demo.output.stderr !== '') throw new Error(`The demo wrote to stderr: ${demo.output.stderr}`)
})

afterAll(async () => {
  shell.close()
  await browser.close()
  await demo.stop()
})

/** A browser of its own, without scripts: the demo must do without. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo.url, javaScriptEnabled: false, ...options })
  contexts.push(context)
  const page = await context.newPage()
  page.on('response', (response) => responses.push(response))
  await page.goto(path)
  return page
}

async function openSignedIn(user: typeof ADA, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await open('/sign-in', options)
  await signIn(page, user)
  return page
}

function pathOf(page: Page): string {
  return new URL(page.url()).pathname
}

/** Goes to the page again and again until every worker has let it in or turned it away, and looks at each answer. */
async function onEveryWorker(
  page: Page,
  path: string,
  look: (response: Response | null) => Promise<void>,
): Promise<void> {
  const deciding = new Set<string | undefined>()
  const showing = new Set<number>()
  for (let visits = 0; (deciding.size < WORKERS || showing.size < WORKERS) && visits < 60; visits++) {
    // Workers take turns, and a visit takes one or two of them: without others in between always the same workers answer.
    for (let turns = visits % WORKERS; turns > 0; turns--) await page.goto('/assets/nothing')
    const response = await page.goto(path)
    const redirected = await response?.request().redirectedFrom()?.response()
    deciding.add((redirected ?? response)?.headers()['x-worker'])
    showing.add(await workerOf(page))
    await look(response)
  }
  expect([deciding.size, showing.size]).toEqual([WORKERS, WORKERS])
}

/** The button of the newest copy. */
function replayOf(page: Page): Locator {
  return page.getByRole('button', { name: /^Replay copy \d+$/ }).first()
}

async function expectSignInWith(page: Page, sentence: string): Promise<void> {
  expect(pathOf(page)).toBe('/sign-in')
  expect(await page.getByRole('status').innerText()).toBe(sentence)
}

/** On every worker the page asks to sign in and says why. */
async function expectSignedOut(page: Page, sentence: string): Promise<void> {
  await onEveryWorker(page, '/dashboard', () => expectSignInWith(page, sentence))
}

async function expectSignedIn(page: Page): Promise<void> {
  await onEveryWorker(page, '/dashboard', async () => {
    expect(pathOf(page)).toBe('/dashboard')
    expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true)
  })
}

test('the list shows each device with its browser, its place, its times, and which one this is', async () => {
  const firefox = await openSignedIn(ADA, { userAgent: FIREFOX })
  await openSignedIn(ADA, { userAgent: IPHONE })
  await openSignedIn(GRACE)
  await firefox.goto('/devices')
  const cards = firefox.locator('.device')
  const texts = await cards.allInnerTexts()
  expect(texts.length).toBe(2)
  const rest = /\s+Place\s+this computer\s+Signed in\s+just now, by password\s+Last seen\s+just now\s+/.source
  expect(texts[0]).toMatch(new RegExp(`^Firefox on Linux\\s+this device${rest}Sign out here$`, 'i'))
  expect(texts[1]).toMatch(new RegExp(`^Safari on iPhone${rest}Sign out$`, 'i'))
  const times = await cards
    .locator('time')
    .evaluateAll<string[], { dateTime: string }>((all) => all.map(({ dateTime }) => dateTime))
  expect(times.length).toBe(4)
  for (const time of times) expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)

  shell.exec(`UPDATE coatcheck_user_sessions SET created_at = created_at - 7200000, ip_prefix = '203.0.113.0/24'`)
  await firefox.reload()
  expect(await cards.first().innerText()).toMatch(/Place\s+203\.0\.113\.0\/24\s+Signed in\s+2 hours ago/)
})

test("device A signs device B out, and B's next click lands on sign-in with the reason, on every worker", async () => {
  const a = await openSignedIn(ADA)
  const b = await openSignedIn(ADA, { userAgent: IPHONE })
  await b.goto('/plan')
  await a.goto('/devices')
  await press(a, 'Sign out Safari on iPhone')
  expect(await a.getByRole('status').innerText()).toBe('That device is signed out.')
  expect(await a.locator('.device').count()).toBe(1)

  await follow(b, b.getByRole('link', { name: 'Account', exact: true }))
  await expectSignInWith(b, 'You were signed out on another device.')
  await expectSignedOut(b, 'You were signed out on another device.')
  await expectSignedIn(a)
  await b.goto('/sign-in')
  await signIn(b, ADA)
  expect(await b.getByRole('status').innerText()).toBe('Welcome, Ada Lovelace.')
  await expectSignedIn(b)
})

test("nobody signs another user's device out", async () => {
  const ada = await openSignedIn(ADA)
  const grace = await openSignedIn(GRACE)
  await openSignedIn(ADA, { userAgent: IPHONE })
  const handle = await grace.locator('[data-handle]').textContent()
  await ada.goto('/devices')
  // The page is edited as a visitor with developer tools would.
  await ada
    .locator('form[action$="/sign-out"][action^="/devices/"]')
    .evaluate(
      (form: { setAttribute(name: string, value: string): void }, id) =>
        form.setAttribute('action', `/devices/${id}/sign-out`),
      handle,
    )
  await press(ada, 'Sign out Safari on iPhone')
  expect(await ada.getByRole('alert').innerText()).toBe('You have no such device any more.')
  await expectSignedIn(grace)
})

test('signing out all others leaves this device and nobody else', async () => {
  const a = await openSignedIn(ADA)
  const others = [await openSignedIn(ADA), await openSignedIn(ADA, { userAgent: FIREFOX })]
  const grace = await openSignedIn(GRACE)
  await a.goto('/devices')
  await press(a, 'Sign out all others')
  expect(await a.getByRole('status').innerText()).toBe('2 other devices are signed out.')
  for (const other of others) {
    await expectSignedOut(other, 'You were signed out on another device.')
  }
  await expectSignedIn(a)
  await expectSignedIn(grace)
})

test('ten minutes after the sign-in the password is asked for again, and copies from before are worth nothing', async () => {
  const a = await openSignedIn(ADA)
  const b = await openSignedIn(ADA, { userAgent: IPHONE })
  const copy = await open('/sign-in', { storageState: await a.context().storageState() })
  shell.exec('UPDATE coatcheck_user_sessions SET authenticated_at = authenticated_at - 601000')
  await a.goto('/devices')
  await press(a, 'Sign out all others')
  expect(await a.getByRole('heading', { level: 1 }).innerText()).toBe('Your password, please')
  const asked = responses.filter((response) => response.url().endsWith('/devices/sign-out-others'))
  expect(asked.map((response) => response.status())).toEqual([403])
  await expectSignedIn(b)

  await a.getByLabel('Password').fill('difference-engine')
  await press(a, 'Sign out all others')
  expect(await a.getByRole('alert').innerText()).toBe('That is not your password.')
  await expectSignedIn(b)

  await a.getByLabel('Password').fill(ADA.password)
  await press(a, 'Sign out all others')
  expect(await a.getByRole('status').innerText()).toBe('One other device is signed out.')
  await expectSignedOut(b, 'You were signed out on another device.')
  await expectSignedOut(copy, 'The password was asked for since, so this older cookie is worth nothing any more.')
  await expectSignedIn(a)
})

test('whose access is revoked gets no page, and goes on in the same session when it is given back', async () => {
  const ada = await openSignedIn(ADA)
  await press(ada, 'Switch to Byron Estates')
  await ada.reload()
  const cookie = await sessionCookie(ada)
  const admin = await openSignedIn(MARGARET)
  await admin.goto('/admin')
  await press(admin, 'Revoke access of Ada Lovelace')
  expect(await admin.getByText('access revoked').isVisible()).toBe(true)

  await onEveryWorker(ada, '/dashboard', async (response) => {
    expect(response?.status()).toBe(403)
    expect(await ada.getByRole('heading', { level: 1 }).innerText()).toBe('Your access is suspended')
    expect(await ada.getByText('Analytical').count()).toBe(0)
    expect(await ada.locator('[data-identity]').textContent()).toContain('not-allowed')
  })
  const devices = await ada.goto('/devices')
  expect(devices?.status()).toBe(403)

  await press(admin, 'Give access back to Ada Lovelace')
  await follow(ada, ada.getByRole('button', { name: 'Try again' }))
  expect(await ada.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
  await expectSignedIn(ada)
  expect(await sessionCookie(ada)).toBe(cookie)
})

test('a forced logout ends every device of that user, and only theirs, for good', async () => {
  const devices = [await openSignedIn(ADA), await openSignedIn(ADA, { userAgent: IPHONE })]
  const grace = await openSignedIn(GRACE)
  const admin = await openSignedIn(MARGARET)
  await admin.goto('/admin')
  expect(await admin.getByText('ada@example.com, signed in on 2 devices').isVisible()).toBe(true)
  await press(admin, 'Force logout of Ada Lovelace')
  expect(await admin.getByText('ada@example.com, signed in on no device').isVisible()).toBe(true)
  await press(admin, 'Revoke access of Ada Lovelace')
  await press(admin, 'Give access back to Ada Lovelace')
  for (const device of devices) {
    await expectSignedOut(device, 'An administrator signed you out.')
  }
  await expectSignedIn(grace)
  await expectSignedIn(admin)
})

test('everyone out is everyone, the administrator too', async () => {
  const admin = await openSignedIn(MARGARET)
  const all = [await openSignedIn(ADA), await openSignedIn(GRACE), admin]
  await admin.goto('/admin')
  await press(admin, 'Everyone out')
  await expectSignInWith(admin, 'Everybody was signed out.')
  for (const page of all) {
    await expectSignedOut(page, 'Everybody was signed out.')
  }
})

test('administration is for administrators, who cannot lock themselves out', async () => {
  const ada = await openSignedIn(ADA)
  const grace = await openSignedIn(GRACE)
  expect(await ada.getByRole('link', { name: 'Admin' }).count()).toBe(0)
  const page = await ada.goto('/admin')
  expect(page?.status()).toBe(403)
  const forbidden = await ada.request.post('/admin/everyone-out', { maxRedirects: 0 })
  expect(forbidden.status()).toBe(403)
  await expectSignedIn(grace)

  const admin = await openSignedIn(MARGARET)
  await admin.goto('/admin')
  expect(await admin.getByRole('button', { name: 'Revoke access of Margaret Hamilton' }).count()).toBe(0)
  const refused = await admin.request.post('/admin/users/3/revoke-access', { maxRedirects: 0 })
  expect(refused.status()).toBe(409)
  await expectSignedIn(admin)
})

test('who was away for too long is told so', async () => {
  const ada = await openSignedIn(ADA)
  shell.exec(`UPDATE coatcheck_user_sessions SET idle_expires_at = ${Date.now() - 1000}`)
  await expectSignedOut(ada, 'You were signed in for too long without a click.')
})

test('a copied cookie is as good as the own one until sign-out, and refused afterwards, on every worker', async () => {
  const ada = await openSignedIn(ADA)
  await ada.goto('/traps')
  const cookie = await sessionCookie(ada)
  expect(await runTrap(ada, 'copied-cookie', 'Copy my cookie')).toContain(`${cookie.length} characters`)
  const other = await open('/traps/copied')
  const replay = async (): Promise<{ verdict: string; rows: string[] }> => {
    await follow(other, replayOf(other))
    const rows = await other.locator('.outcome tbody tr').allInnerTexts()
    expect(await other.content()).not.toContain(cookie)
    return { verdict: await other.locator('[data-verdict]').innerText(), rows }
  }

  const before = await replay()
  expect(before.verdict).toBe('Signed in as Ada Lovelace.')
  expect(before.rows.map((row) => row.split(/\s+/).slice(1).join(' '))).toEqual(
    Array.from({ length: WORKERS }, () => '200 the dashboard'),
  )
  expect(new Set(before.rows.map((row) => row.split(/\s+/)[0])).size).toBe(WORKERS)

  await press(ada, 'Sign out')
  const after = await replay()
  expect(after.verdict).toBe('Refused. This session was signed out.')
  expect(after.rows.map((row) => row.split(/\s+/).slice(1).join(' '))).toEqual(
    Array.from({ length: WORKERS }, () => '303 off to /sign-in'),
  )
  expect(pathOf(other)).toMatch(/^\/traps\/copied\/\d+$/)
  expect(await other.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
  const thief = await open('/sign-in')
  await thief.context().addCookies([{ name: COOKIE, value: cookie, url: demo.url }])
  await expectSignedOut(thief, 'This session was signed out.')
})

test('a cookie whose record was deleted by plain SQL is refused', async () => {
  const ada = await openSignedIn(ADA)
  shell.exec('DELETE FROM coatcheck_user_sessions')
  await follow(ada, ada.getByRole('link', { name: 'Plan', exact: true }))
  await expectSignInWith(ada, 'Please sign in.')
})

test('a worker that is killed signs nobody out, and nobody in again', async () => {
  const a = await openSignedIn(ADA)
  const b = await openSignedIn(ADA, { userAgent: IPHONE })
  await a.goto('/devices')
  await press(a, 'Sign out Safari on iPhone')
  const killed = await workerOf(a)
  process.kill(killed, 'SIGKILL')
  await until('the killed worker is gone', () => !isAlive(killed))
  await expectSignedIn(a)
  await expectSignedOut(b, 'You were signed out on another device.')
})

test('while the records cannot be read pages answer 503, and nobody is signed out by it', async () => {
  const ada = await openSignedIn(ADA)
  const cookie = await sessionCookie(ada)
  const { away, back } = takeTableAway('coatcheck_user_sessions')
  shell.exec(away)
  const response = await ada.request.get('/dashboard', { maxRedirects: 0 })
  const signInPage = await ada.request.get('/sign-in')
  shell.exec(back)
  expect(response.status()).toBe(503)
  expect(response.headers()).toMatchObject({ 'retry-after': '5' })
  expect(response.headers()['set-cookie']).toBeUndefined()
  expect(await response.text()).toContain('Nobody was signed out')
  expect(signInPage.status()).toBe(200)
  expect(demo.output.stderr).toContain('PageError: We cannot look up right now who is signed in.')
  demo.output.stderr = ''
  await expectSignedIn(ada)
  expect(await sessionCookie(ada)).toBe(cookie)
})

test('no page shows the secret of a user session, nor its hash', async () => {
  const admin = await openSignedIn(MARGARET)
  await admin.goto('/traps')
  await runTrap(admin, 'copied-cookie', 'Copy my cookie')
  const texts = [await admin.content()]
  await admin.goto('/traps/copied')
  await follow(admin, replayOf(admin))
  texts.push(await admin.content())
  for (const path of ['/dashboard', '/plan', '/devices', '/admin', '/sign-in', '/nowhere']) {
    await admin.goto(path)
    texts.push(await admin.content())
  }
  const rows = shell.prepare('SELECT secret_hash FROM coatcheck_user_sessions').all()
  const hashes = rows.map((row) => Buffer.from(row['secret_hash'] as Uint8Array)) // as: the column is a BLOB NOT NULL
  expect(hashes.length).toBe(1)
  const planted = 'A'.repeat(43)
  expect(secretsIn(`<code>x${planted}-</code>`, [sha256(planted)])).toEqual([planted])
  for (const text of texts) expect(secretsIn(text, hashes)).toEqual([])
})

test('on a phone no page about devices is wider than the screen', async () => {
  const admin = await open('/sign-in', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
  await signIn(admin, MARGARET)
  await openSignedIn(MARGARET, { userAgent: IPHONE })
  const widths: Record<string, unknown> = {}
  const measure = async (where: string): Promise<void> => {
    await admin.locator('.inspector summary').click()
    widths[where] = await admin.evaluate('document.documentElement.scrollWidth')
  }
  await admin.goto('/traps')
  await runTrap(admin, 'copied-cookie', 'Copy my cookie')
  await measure('traps')
  await admin.goto('/traps/copied')
  await follow(admin, replayOf(admin))
  await measure('copied')
  await admin.goto('/admin')
  await press(admin, 'Revoke access of Ada Lovelace')
  await measure('admin')
  shell.exec('UPDATE coatcheck_user_sessions SET authenticated_at = 0')
  await admin.goto('/devices')
  await measure('devices')
  await press(admin, 'Sign out all others')
  await measure('password')
  shell.exec('UPDATE users SET access_revoked = 1')
  await admin.goto('/devices')
  await measure('suspended')
  expect(widths).toEqual({ traps: 360, copied: 360, admin: 360, devices: 360, password: 360, suspended: 360 })
})
