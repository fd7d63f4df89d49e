import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'playwright-core'
import { BILLING, builtIn } from './application.ts'
import { ask, cookieAfter, NAME, sessionsOf, signIn, withPage, type Check, type World } from './world.ts'

const FORM = 'application/x-www-form-urlencoded'
const DAYS = 86_400_000

export const CHECKS: readonly Check[] = [
  {
    title: 'the secret that the build was given is nowhere in what it made',
    only: 'cookie',
    async look({ settings }) {
      const [, given = ''] = settings.SESSION_SECRET.split(',')
      const files = readdirSync(builtIn(BILLING), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      )
      assert.ok(files.length > 50)
      const telling = files
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => readFileSync(file).includes(given))
      assert.deepEqual(telling, [])
    },
  },
  {
    title: 'the proxy sends a stranger to sign in, and nobody gets a cookie for looking',
    async look(world) {
      const response = await ask(world, '/')
      assert.equal(response.status, 307)
      assert.equal(response.headers.get('location'), '/sign-in')
      const page = await ask(world, '/sign-in')
      assert.equal(page.status, 200)
      assert.deepEqual([...response.headers.getSetCookie(), ...page.headers.getSetCookie()], [])
    },
  },
  {
    title: 'an action that only returns tells of a wrong password, and signs nobody in',
    look: (world) =>
      withPage(world, async (page) => {
        await signIn(page, 'wrong')
        await page.getByText('Wrong address or password').waitFor()
        assert.deepEqual(await page.context().cookies(), [])
      }),
  },
  {
    title: 'signing in by an action that redirects shows the dashboard and a message, which is gone at the next look',
    look: (world) =>
      withPage(world, async (page) => {
        const seen = page.waitForResponse('**/api/flash')
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        await page.getByText('Welcome, Ada').waitFor()
        assert.deepEqual(await (await seen).json(), { notice: 'Welcome, Ada' })
        const [cookie] = await page.context().cookies()
        assert.deepEqual(
          [cookie?.name, cookie?.httpOnly, cookie?.secure, cookie?.sameSite, cookie?.path, cookie?.expires],
          [NAME, true, true, 'Lax', '/', -1],
        )
        await page.reload()
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        assert.equal(await page.getByRole('status').count(), 0)
      }),
  },
  {
    title: 'what an action wrote is there for the components of the same request, without a reload',
    look: (world) =>
      withPage(world, async (page) => {
        await signIn(page)
        await page.getByText('Analytical Engines', { exact: true }).first().waitFor()
        await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true))
        await switchAccount(page)
        await page.getByText('Switched to Difference & Sons').waitFor()
        assert.equal(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument')), true)
      }),
  },
  {
    title: 'a route handler answers of the same session, and its writes reach the next request',
    look: (world) =>
      withPage(world, async (page) => {
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        await page.request.post('/api/session')
        await page.request.post('/api/session')
        const response = await page.request.get('/api/session')
        assert.deepEqual(await response.json(), { user: 'Ada', accountId: 1, lookedFor: null, visits: 2 })
        assert.match(response.headers()['vary'] ?? '', /^Cookie,/)
      }),
  },
  {
    title: 'a component that writes gets ERR_SESSION_READONLY, and what to do',
    look: (world) =>
      withPage(world, async (page) => {
        await page.goto('/traps')
        const said = (await page.locator('#component').textContent()) ?? ''
        assert.match(
          said,
          /^ERR_SESSION_READONLY: session\.visits was written.*in a server action or a route handler\.$/,
        )
      }),
  },
  {
    title: 'of a session that is handed to a client component names and sizes get there, and no value',
    look: (world) =>
      withPage(world, async (page) => {
        await page.request.get('/api/accounts/wanted-by-nobody-else')
        await page.goto('/traps/handed-over')
        await page.getByText('{"status":"read","bytesByKey":{"lookedFor":').waitFor()
        assert.ok(!(await page.content()).includes('wanted-by-nobody-else'))
      }),
  },
  {
    title: 'an action that throws keeps nothing of what it wrote, and sends no cookie',
    look: (world) =>
      withPage(world, async (page) => {
        await page.goto('/traps')
        await page.request.post('/api/session')
        const answered = page.waitForResponse((response) => response.request().method() === 'POST')
        await page.getByRole('button', { name: 'An action that writes and fails' }).click()
        assert.equal((await (await answered).headerValues('set-cookie')).length, 0)
        await page.getByText('Something went wrong').waitFor()
        assert.equal((await visitsOf(page)).visits, 1)
      }),
  },
  {
    title: 'what a route handler wrote before notFound() is kept',
    async look(world) {
      const response = await ask(world, '/api/accounts/99')
      assert.equal(response.status, 404)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      const next = await ask(world, '/api/session', { cookie: cookieAfter(response) })
      assert.equal(((await next.json()) as { lookedFor: unknown }).lookedFor, '99') // as: that route says so
    },
  },
  {
    title: 'what a route handler wrote before redirect() is kept, and a posted form is not posted again',
    async look(world) {
      const response = await ask(world, '/accounts/2/open', { method: 'POST', type: FORM })
      assert.equal(response.status, 303)
      const next = await ask(world, '/api/session', { cookie: cookieAfter(response) })
      assert.equal(((await next.json()) as { accountId: unknown }).accountId, 2) // as: that route says so
    },
  },
  {
    title: 'signing out ends every copy of the cookie',
    look: (world) =>
      withPage(world, async (page, context) => {
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        const copies = await context.cookies()
        await page.getByRole('button', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
        await context.clearCookies()
        await context.addCookies(copies)
        await page.goto('/')
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      }),
  },
  {
    title: 'a cookie under the previous secret is sealed anew by the proxy, for the browser and for the page alike',
    async look(world) {
      const before = world.application.output().length
      const response = await ask(world, '/traps', { cookie: world.earlier })
      await response.text()
      const cookie = cookieAfter(response)
      assert.notEqual(cookie, '')
      assert.notEqual(cookie, world.earlier)
      // The layout and the page have read the session, too: had they got the old cookie, each would have said so.
      assert.deepEqual(eventsSince(world, before), ['opened-by-previous-secret'])
      assert.equal(await visitsBy(world, cookie), 1)
      assert.deepEqual(eventsSince(world, before), ['opened-by-previous-secret'])
    },
  },
  {
    title: 'a layout and its page read the session together, once for each time that Next renders them',
    async look(world) {
      const before = world.application.output().length
      await (await ask(world, '/traps', { cookie: `${NAME}=tampered` })).text()
      // The proxy, the page, and what Next keeps of that page to show it sooner the next time.
      assert.deepEqual(eventsSince(world, before), ['refused', 'refused', 'refused'])
    },
  },
  {
    title:
      'a session that gets on in years is kept alive by a page, a static one included, which no cache may keep then',
    only: 'cookie',
    async look(world) {
      const cookie = agedCookie(world)
      for (const path of ['/about', '/traps']) {
        // oxlint-disable-next-line no-await-in-loop -- one page after the other
        const response = await ask(world, path, { cookie })
        assert.equal(response.headers.get('cache-control'), 'no-store', path)
        const slid = cookieAfter(response)
        assert.notEqual(slid, '', path)
        const past = sessionsOf(world, () => Date.now() + 13 * DAYS)
        assert.equal(past.read(cookie).refused, 'expired-idle')
        assert.equal(past.read(slid).visits, 1)
      }
    },
  },
  {
    title: 'where the proxy keeps alive what the handler changes in one request, the change is what stays',
    only: 'cookie',
    async look(world) {
      const response = await ask(world, '/api/session', { method: 'POST', cookie: agedCookie(world) })
      assert.equal(response.headers.getSetCookie().length, 2)
      assert.equal(sessionsOf(world).read(cookieAfter(response)).visits, 2)
    },
  },
  {
    title: 'the same for an action, in a browser',
    look: (world) =>
      withPage(world, async (page, context) => {
        const value = world.earlier.slice(NAME.length + 1)
        await context.addCookies([{ name: NAME, value, url: world.application.url.replace('http:', 'https:') }])
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        await page.reload()
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        assert.equal((await visitsOf(page)).visits, 1)
      }),
  },
  {
    title: 'links that the router follows keep the session',
    look: (world) =>
      withPage(world, async (page) => {
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        await page.getByRole('link', { name: 'Traps' }).click()
        await page.getByRole('heading', { name: 'Traps' }).waitFor()
        await page.getByRole('link', { name: 'Back' }).click()
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
      }),
  },
  {
    title: 'of two cookies of the name, a planted one signs nobody out',
    look: (world) =>
      withPage(world, async (page, context) => {
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        const [own] = await context.cookies()
        const good = `${NAME}=${own?.value ?? ''}`
        for (const cookie of [`${NAME}=planted; ${good}`, `${good}; ${NAME}=planted`]) {
          // oxlint-disable-next-line no-await-in-loop -- one order after the other
          assert.match(await (await ask(world, '/', { cookie })).text(), /<h1>Ada<\/h1>/)
        }
      }),
  },
  {
    title:
      'a store that cannot be written makes a route answer 503, and an action fail, which error.tsx can tell; nothing is lost',
    only: 'sqlite',
    look: (world) =>
      withPage(world, async (page) => {
        await page.goto('/traps')
        await page.request.post('/api/session')
        await signIn(page)
        await page.getByRole('heading', { name: 'Ada' }).waitFor()
        await whileLocked(world, async () => {
          const response = await page.request.post('/api/session')
          assert.deepEqual([response.status(), await response.json()], [503, { error: 'unavailable' }])
          await page.getByRole('button', { name: 'Difference & Sons' }).click()
          await page.getByText('Please try again in a moment').waitFor()
        })
        await page.goto('/')
        assert.equal(await page.locator('#account').textContent(), 'Analytical Engines')
        assert.equal((await visitsOf(page)).visits, 1)
      }),
  },
]

async function switchAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Difference & Sons' }).click()
  await page.locator('#account', { hasText: 'Difference & Sons' }).waitFor()
}

async function visitsOf(page: Page): Promise<{ visits: number }> {
  return (await (await page.request.get('/api/session')).json()) as { visits: number } // as: that route says so
}

async function visitsBy(world: World, cookie: string): Promise<number> {
  const response = await ask(world, '/api/session', { cookie })
  return ((await response.json()) as { visits: number }).visits // as: that route says so
}

/** The events of the sessions that the application has printed since. */
function eventsSince({ application }: World, before: number): string[] {
  const said = application.output().slice(before)
  return [...said.matchAll(/^session (.+)$/gm)].map(([, type = '']) => type)
}

/** A session of three days ago, when a fifth of its idle timeout has passed. */
function agedCookie(world: World): string {
  return `${NAME}=${sessionsOf(world, () => Date.now() - 3 * DAYS).seal({ visits: 1 })}`
}

/** Keeps everybody else from writing to the application's database meanwhile. */
async function whileLocked({ settings }: World, body: () => Promise<void>): Promise<void> {
  const database = new DatabaseSync(settings.DATABASE_FILE)
  database.exec('BEGIN IMMEDIATE')
  try {
    await body()
  } finally {
    database.exec('ROLLBACK')
    database.close()
  }
}
