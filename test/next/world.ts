import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createSessions, type Sessions } from '../../src/index.ts'
import type { Application, Settings } from './application.ts'

export const NAME = '__Host-billing'

export interface Visits {
  visits: number
}

/** What every check gets. */
export interface World {
  readonly application: Application
  readonly settings: Settings
  readonly browser: Browser
  /** The Cookie header of a visitor who came while the previous secret was the current one. */
  readonly earlier: string
}

/** A sentence that has to be true, and how it is looked at. */
export interface Check {
  readonly title: string
  /** Where sessions have to be for it to make sense; everywhere when left out. */
  readonly only?: Settings['SESSION_STORE']
  readonly look: (world: World) => Promise<void>
}

/** Sessions as the application makes them, for cookies that its clock would take days to make. */
export function sessionsOf({ settings }: World, clock: () => number = Date.now): Sessions<Visits> {
  return createSessions<Visits>({ name: NAME, secrets: settings.SESSION_SECRET.split(','), clock })
}

/** A page in a browser of its own. */
export async function withPage(
  { browser, application }: Pick<World, 'browser' | 'application'>,
  visit: (page: Page, context: BrowserContext) => Promise<void>,
  options: { readonly javaScriptEnabled?: boolean } = {},
): Promise<void> {
  const context = await browser.newContext({ baseURL: application.url, ...options })
  try {
    await visit(await context.newPage(), context)
  } finally {
    await context.close()
  }
}

export async function signIn(page: Page, password = 'correct horse'): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Address').fill('ada@example.com')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** A request without a browser, which follows no redirect. */
export function ask(
  { application }: World,
  path: string,
  { cookie, method = 'GET', type }: { readonly cookie?: string; readonly method?: string; readonly type?: string } = {},
): Promise<Response> {
  const headers = { ...(cookie !== undefined && { cookie }), ...(type !== undefined && { 'content-type': type }) }
  return fetch(application.url + path, { method, headers, redirect: 'manual' })
}

/** The Cookie header of a browser that has taken in those responses, one after the other. */
export function cookieAfter(...responses: readonly Response[]): string {
  const lines = responses.flatMap((response) => response.headers.getSetCookie())
  return lines.findLast((line) => line.startsWith(`${NAME}=`))?.split(';', 1)[0] ?? ''
}
