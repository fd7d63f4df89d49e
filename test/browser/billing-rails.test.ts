import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page, Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { spawnDemo, startDemo, type RunningDemo } from './billing-demo.ts'
import { ADA, COOKIE, MARGARET, press, runTrap as pressTrap, sessionCookie, signIn } from './billing-pages.ts'
import { launchChromium } from './launch.ts'
import { secretsIn } from './secrets-in.ts'

let browser: Browser
let demo: RunningDemo
const contexts: BrowserContext[] = []
const responses: Response[] = []

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchChromium(), startDemo({ args: ['--rails'] })])
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

/** A visitor of their own, signed in as Ada, without scripts and on a phone: the widest table must fit. */
async function visitSignedIn(user = ADA): Promise<Page> {
  const context = await browser.newContext({
    baseURL: demo.url,
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  })
  contexts.push(context)
  const page = await context.newPage()
  page.on('response', (response) => responses.push(response))
  await page.goto('/sign-in')
  await signIn(page, user)
  return page
}

async function runTrap(page: Page, id: string, button: string): Promise<string> {
  await page.goto('/traps')
  return pressTrap(page, id, button)
}

test('with --rails a visitor signs in, switches and sees each message once, on a cookie of three parts', async () => {
  const page = await visitSignedIn()
  expect(await page.getByRole('status').innerText()).toBe('Welcome, Ada Lovelace.')
  expect(await sessionCookie(page)).toMatch(/^[\w%]+--[\w%]{16,}--[\w%]{22,}%3D%3D$/)
  await press(page, 'Switch to Byron Estates')
  expect(await page.getByRole('status').innerText()).toBe('Switched to Byron Estates.')
  await page.reload()
  expect(await page.getByRole('status').count()).toBe(0)
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Byron Estates')
})

test('with --rails the inspector takes payload, iv and tag apart and shows the envelope', async () => {
  const page = await visitSignedIn()
  await page.reload()
  await page.locator('.inspector summary').click()
  const received = page.locator('[data-rails-received]')
  const [payload = '', iv = '', tag = ''] = decodeURIComponent(await sessionCookie(page)).split('--')
  const rows = await received.locator('tbody tr').allInnerTexts()
  const bytes = Buffer.from(payload, 'base64').length
  expect(rows.map((row) => row.split(/\s+/).slice(0, 3))).toEqual([
    ['payload', String(payload.length), String(bytes)],
    ['iv', '16', '12'],
    ['tag', '24', '16'],
  ])
  for (const [at, part] of [payload, iv, tag].entries()) expect(rows[at]).toContain(part.slice(0, 16))
  expect(rows.join(' ')).toMatch(/ciphertext.*nonce.*authentication tag/s)
  const envelope = await received.locator('[data-envelope]').innerText()
  expect(envelope).toMatch(/message\s+\{"session_id":"[0-9a-f]{32}","_identity":"withheld"\}/)
  expect(envelope).toMatch(/exp\s+null/)
  expect(envelope).toContain(`cookie.${COOKIE}`)
  expect(await page.locator('[data-rails-sealed] tbody tr').count()).toBe(3)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  const measured = Number(await page.getByLabel('Cookie:').getAttribute('value'))
  expect(measured).toBe(COOKIE.length + (await sessionCookie(page)).length)

  await press(page, 'Switch to Byron Estates')
  await page.locator('.inspector summary').click()
  expect(await page.getByText(`Set-Cookie: ${COOKIE}=`).isVisible()).toBe(true)
  expect(await received.locator('[data-envelope]').innerText()).toContain(
    '"flash":{"discard":[],"flashes":{"notice":"Switched to Byron Estates."}}',
  )
})

test('with --rails a tampered cookie signs out, and the inspector says that nothing opens it', async () => {
  const page = await visitSignedIn()
  const value = await sessionCookie(page)
  const message = decodeURIComponent(value)
  const at = message.indexOf('--') - 40
  const letter = message[at] === 'Q' ? 'R' : 'Q'
  const other = encodeURIComponent(message.slice(0, at) + letter + message.slice(at + 1))
  expect(other).not.toBe(value)
  await page.context().addCookies([{ name: COOKIE, value: other, url: demo.url }])
  const response = await page.goto('/dashboard')
  expect(response?.status()).toBe(200)
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await page.getByRole('status').innerText()).toBe('Please sign in.')
})

test('with --rails every trap does what it says', async () => {
  const page = await visitSignedIn()
  expect(await runTrap(page, 'account', 'Store the account')).toContain('ERR_SESSION_VALUE')
  expect(await runTrap(page, 'flash', 'Flash the account')).toContain('ERR_SESSION_VALUE')
  const overflow = await runTrap(page, 'overflow', 'Store 6,128 bytes')
  expect(overflow).toMatch(/_billing_session cookie overflowed with size \d+ bytes, \d+ over the 4096/)
  expect(overflow).toContain('Rails counts 6124, before it escapes the value.')
  expect(await runTrap(page, 'global-hash', 'Sign in to the hash')).toMatch(/now remembers Ada Lovelace\./)
  expect(await runTrap(page, 'global-hash', 'Who am I?')).toContain('Ada Lovelace, from the sealed cookie')
  expect(await runTrap(page, 'tampered', 'Open it here')).toContain('{"ok":false,"reason":"tampered"}')
  expect(await runTrap(page, 'renamed', 'Open it as admin_session')).toContain('{"ok":false,"reason":"tampered"}')
  const rotated = await runTrap(page, 'rotated', 'Rotate the secret')
  expect(rotated).toContain('"ok":true')
  expect(rotated).toContain('"secret":1')
  expect(rotated).toContain('opened-by-previous-secret')
  const dropped = await runTrap(page, 'dropped', 'Drop the secret')
  expect(dropped).toContain('{"ok":false,"reason":"tampered"}')
  expect(dropped).toContain('does not say which secret sealed it')
  await runTrap(page, 'tampered', 'Give it to my browser')
  await page.goto('/dashboard')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
})

test('with --rails devices are signed out, the gate shuts and opens, and a copied cookie ends with its session', async () => {
  const admin = await visitSignedIn(MARGARET)
  const a = await visitSignedIn()
  const b = await visitSignedIn()
  const shell = new DatabaseSync(demo.database, { timeout: 5000 })
  const hashes = shell.prepare('SELECT secret_hash FROM coatcheck_user_sessions').all()
  shell.close()

  await b.goto('/traps')
  await runTrap(b, 'copied-cookie', 'Copy my cookie')
  const replay = async (): Promise<string> => {
    await admin.goto('/traps/copied')
    await press(admin, 'Replay copy 1')
    return admin.locator('.outcome').innerText()
  }
  expect(await replay()).toMatch(/Signed in as Ada Lovelace\.(?:.*\s200\s){4}/s)

  await admin.goto('/admin')
  await press(admin, 'Revoke access of Ada Lovelace')
  const suspended = await b.goto('/dashboard')
  expect(suspended?.status()).toBe(403)
  await press(admin, 'Give access back to Ada Lovelace')
  await b.goto('/dashboard')
  expect(new URL(b.url()).pathname).toBe('/dashboard')

  await a.goto('/devices')
  await press(a, 'Sign out all others')
  expect(await a.getByRole('status').innerText()).toMatch(/ other devices? (?:is|are) signed out\.$/)
  for (let visits = 0; visits < 8; visits++) {
    await b.goto('/dashboard')
    expect(new URL(b.url()).pathname).toBe('/sign-in')
    expect(await b.getByRole('status').innerText()).toBe('You were signed out on another device.')
  }
  expect(await replay()).toMatch(/Refused\. You were signed out on another device\.(?:.*\s303\s){4}/s)

  await a.goto('/dashboard')
  expect(await a.locator('[data-envelope]').first().textContent()).toContain('"_identity":"withheld"')
  const secrets = hashes.map((row) => Buffer.from(row['secret_hash'] as Uint8Array)) // as: the column is a BLOB NOT NULL
  expect(secrets.length).toBeGreaterThan(2)
  expect(secretsIn(await a.content(), secrets)).toEqual([])
})

test.each([['--rials'], ['rails'], ['--rails=8.1']])(
  'an argument that is unknown is one line and exit code 2: %s',
  async (argument) => {
    const directory = mkdtempSync(join(tmpdir(), 'billing-arguments-'))
    const { process: child, output } = spawnDemo(3000, join(directory, 'billing.db'), { args: [argument] })
    const [code] = await once(child, 'close')
    rmSync(directory, { recursive: true })
    expect(code).toBe(2)
    expect(output.stderr).toMatch(/^[^\n]+ Usage: npm start \[-- --rails \| --store [a-z|]+\]\n$/)
  },
)
