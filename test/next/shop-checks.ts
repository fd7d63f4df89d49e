import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { builtIn } from './application.ts'
import { withPage, type World } from './world.ts'

/** What every check of the shop gets. */
export type ShopWorld = Pick<World, 'application' | 'settings' | 'browser'> & { readonly folder: string }

export interface ShopCheck {
  readonly title: string
  /** In which of the shops it makes sense; in both when left out. */
  readonly shop?: 'cached' | 'plain'
  readonly look: (world: ShopWorld) => Promise<void>
}

export const SHOP_CHECKS: readonly ShopCheck[] = [
  {
    title: 'what an action wrote is on the pages that were fetched ahead before',
    look: (world) =>
      onHome(world, async (page) => {
        for (const n of ['1', '2']) {
          await press(page, 'bump')
          await page.locator('#n', { hasText: n }).waitFor()
          await quiet(page)
          await follow(page, '/target', 'target')
          await page.locator('#target', { hasText: n }).waitFor()
          await follow(page, '/', 'home')
        }
      }),
  },
  {
    title: 'what an action wrote is on the page that it redirects to, which was fetched ahead',
    look: (world) =>
      onHome(world, async (page) => {
        for (const n of ['1', '2']) {
          await press(page, 'bumpTo')
          await page.locator('#target', { hasText: n }).waitFor()
          await follow(page, '/', 'home')
          await quiet(page)
        }
      }),
  },
  {
    title: 'a page that is cached for its visitor shows what an action wrote',
    shop: 'cached',
    look: (world) =>
      onHome(world, async (page) => {
        await visit(page, world, '/private')
        for (const n of ['1', '2', '3']) {
          await press(page, 'bump')
          await page.locator('#private', { hasText: n }).waitFor()
        }
      }),
  },
  {
    title: 'a message is shown once: not on the next page, nor on the way back and forth, nor after a reload',
    look: (world) =>
      onHome(world, async (page) => {
        // Twice, because the second message says the same.
        for (const _ of [1, 2]) {
          await press(page, 'saveTo')
          await page.getByRole('heading', { name: 'one' }).waitFor()
          await page.getByText('Saved').waitFor()
          await quiet(page)
          await follow(page, '/two', 'two')
          await nothingIsShown(page)
          await back(page, 'one')
          await nothingIsShown(page)
          await follow(page, '/two', 'two')
          await follow(page, '/one', 'one')
          await nothingIsShown(page)
          await page.reload()
          await page.getByRole('heading', { name: 'one' }).waitFor()
          await nothingIsShown(page)
          await follow(page, '/', 'home')
        }
      }),
  },
  {
    title: 'a message is shown once by a layout, too, which stays from page to page',
    look: (world) =>
      onHome(world, async (page) => {
        await press(page, 'saveWithin')
        await page.getByRole('heading', { name: 'within a' }).waitFor()
        await page.getByText('Saved').waitFor()
        await quiet(page)
        await follow(page, '/within/b', 'within b')
        await nothingIsShown(page)
        await back(page, 'within a')
        await nothingIsShown(page)
      }),
  },
  {
    title: 'a message that an action leaves on its own page is shown there, each time',
    look: (world) =>
      onHome(world, async (page) => {
        await visit(page, world, '/one')
        for (const _ of [1, 2]) {
          // The page itself may have asked for messages when it was shown.
          await quiet(page)
          const taken = page.waitForResponse((response) => response.url().endsWith('/api/flash'))
          await press(page, 'save')
          assert.deepEqual(await (await taken).json(), { notice: 'Saved' })
          await page.getByText('Saved').waitFor()
        }
      }),
  },
  {
    title: 'going back ends no message that nobody has seen',
    look: (world) =>
      onHome(world, async (page) => {
        await press(page, 'saveTo')
        await page.getByText('Saved').waitFor()
        await quiet(page)
        await follow(page, '/blank', 'blank')
        await page.request.post(`${world.application.url}/api/later`)
        await back(page, 'one')
        await quiet(page)
        const isSeen = (await page.getByText('For later').count()) > 0
        await visit(page, world, '/two')
        if (isSeen) await nothingIsShown(page)
        else await page.getByText('For later').waitFor()
      }),
  },
  {
    title: 'a document that the browser kept shows its message no more',
    look: (world) =>
      onHome(world, async (page) => {
        await press(page, 'saveTo')
        await page.getByText('Saved').waitFor()
        await quiet(page)
        await page.evaluate('dispatchEvent(new Event("pagehide"))')
        await nothingIsShown(page)
        await page.goto('about:blank')
        await back(page, 'one')
        await nothingIsShown(page)
      }),
  },
  {
    title: 'what a guard writes on the page that an action redirects to is kept, and written once',
    look: (world) =>
      onHome(world, async (page) => {
        for (const _ of [1, 2]) {
          await visit(page, world, '/')
          await quiet(page)
          const before = await seen(page, world) // as often as the page was fetched ahead
          await press(page, 'toGuarded')
          await page.locator('#seen', { hasText: String(before + 1) }).waitFor()
          assert.equal(await seen(page, world), before + 1)
        }
      }),
  },
  {
    title: 'a previous cookie of the same name ends with an action, with a redirect, and beside cookies().set',
    look: (world) =>
      onHome(world, async (page, context) => {
        for (const name of ['writeMoved', 'writeMovedAndTheme', 'endMoved']) {
          await context.clearCookies()
          await plant(context, world)
          await visit(page, world, '/moved')
          await page.locator('#moved', { hasText: '1' }).waitFor()
          await press(page, name)
          await page.locator('#moved', { hasText: name === 'endMoved' ? 'none' : '2' }).waitFor()
          await page.reload()
          await page.locator('#moved', { hasText: name === 'endMoved' ? 'none' : '2' }).waitFor()
          assert.deepEqual(await paths(context), name === 'endMoved' ? [] : ['/'])
        }
        await plant(context, world)
        await page.request.post(`${world.application.url}/api/moved`)
        assert.deepEqual(await paths(context), [])
        assert.ok((await context.cookies()).some(({ name }) => name === 'theme'))
      }),
  },
  {
    title: 'without JavaScript, forms post to the same actions, and the page shows the message',
    shop: 'plain',
    look: (world) =>
      withPage(
        world,
        async (page) => {
          await visit(page, world, '/whole')
          await press(page, 'save')
          await page.getByText('Saved').waitFor()
        },
        { javaScriptEnabled: false },
      ),
  },
  {
    title: 'no option of a route keeps the session of one visitor for another',
    shop: 'plain',
    async look({ application, folder }) {
      for (const path of ['/api/revalidated', '/api/sizes/s']) {
        const cookies: string[] = []
        for (const _ of [1, 2]) {
          const response = await fetch(application.url + path)
          assert.deepEqual(await response.json(), { n: 1 })
          cookies.push(...response.headers.getSetCookie())
        }
        assert.equal(new Set(cookies).size, 2, path)
      }
      const files = readdirSync(join(builtIn(folder), 'server/app'), { recursive: true, withFileTypes: true })
      const metas = files.filter((entry) => entry.isFile() && entry.name.endsWith('.meta'))
      assert.ok(metas.length > 0)
      for (const { parentPath, name } of metas) {
        assert.doesNotMatch(readFileSync(join(parentPath, name), 'utf8'), /set-cookie/i)
      }
    },
  },
]

function onHome(world: ShopWorld, body: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  return withPage(world, async (page, context) => {
    await visit(page, world, '/')
    await quiet(page)
    await body(page, context)
  })
}

async function visit(page: Page, { application }: ShopWorld, path: string): Promise<void> {
  await page.goto(application.url + path)
}

/** Everything is there, what is fetched ahead included. */
async function quiet(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function follow(page: Page, path: string, heading: string): Promise<void> {
  await page.locator('nav:visible').getByRole('link', { name: path, exact: true }).click()
  await page.getByRole('heading', { name: heading, exact: true }).waitFor()
}

async function back(page: Page, heading: string): Promise<void> {
  await page.goBack()
  await page.getByRole('heading', { name: heading, exact: true }).waitFor()
}

async function nothingIsShown(page: Page): Promise<void> {
  await quiet(page)
  assert.equal(await page.locator('[data-flash]:visible').count(), 0)
}

/** What the guard has written. */
async function seen(page: Page, { application }: ShopWorld): Promise<number> {
  const response = await page.request.get(`${application.url}/api/n`)
  return ((await response.json()) as { seen: number }).seen // as: that route says so
}

/** The cookie of the session before it moved. */
async function plant(context: BrowserContext, { application }: ShopWorld): Promise<void> {
  const { hostname, pathname } = new URL(`${application.url}/moved`)
  await context.addCookies([{ name: 'moved', value: 'old', domain: hostname, path: pathname }])
}

async function paths(context: BrowserContext): Promise<string[]> {
  return (await context.cookies()).filter(({ name }) => name === 'moved').map(({ path }) => path)
}
