import type { Locator, Page } from 'playwright-core'

/** The name of the demo's session cookie, in both kinds. */
export const COOKIE = '_billing_session'

export const WORKERS = 4

export const ADA = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'analytical-engine' }
export const GRACE = { name: 'Grace Hopper', email: 'grace@example.com', password: 'nanosecond-wire' }
/** The administrator. */
export const MARGARET = { name: 'Margaret Hamilton', email: 'margaret@example.com', password: 'priority-displays' }

export async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

export async function press(page: Page, name: string): Promise<void> {
  await follow(page, page.getByRole('button', { name, exact: true }))
}

/** Clicks what leads to another page, and waits for that page: click() alone may come back while the old one is there. */
export async function follow(page: Page, target: Locator): Promise<void> {
  await Promise.all([page.waitForEvent('load'), target.click()])
}

/** Presses a button of a card on the Traps page, and gives what came out. */
export async function runTrap(page: Page, id: string, button: string): Promise<string> {
  const card = page.locator(`#${id}`)
  await follow(page, card.getByRole('button', { name: button, exact: true }))
  return card.locator('.outcome').innerText()
}

/** The process that served the page, as its footer says. */
export async function workerOf(page: Page): Promise<number> {
  return Number(await page.locator('[data-worker]').innerText())
}

export async function sessionCookie(page: Page): Promise<string> {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => name === COOKIE)?.value ?? ''
}
