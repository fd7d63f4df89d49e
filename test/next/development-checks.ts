import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Settings } from './application.ts'
import { signIn, withPage, type World } from './world.ts'

/** A sentence that has to be true in `next dev`. */
export interface DevelopmentCheck {
  readonly title: string
  readonly store: Settings['SESSION_STORE']
  /** Of the shop; of the billing example when left out. */
  readonly shop?: boolean
  readonly look: (world: World) => Promise<void>
}

const pagesHaveNoError: Pick<DevelopmentCheck, 'title' | 'look'> = {
  title: 'with the configuration of create-next-app no page has an error, in the terminal or as a badge',
  look: (world) =>
    withPage(world, async (page) => {
      await signIn(page)
      await page.getByRole('heading', { name: 'Ada' }).waitFor()
      const badges: string[] = []
      for (const path of ['/', '/traps', '/about', '/sign-in']) {
        await page.goto(path)
        await page.getByRole('main').or(page.locator('p')).first().waitFor()
        await page.waitForLoadState('networkidle')
        badges.push(...(await issuesOf(page)).map((issue) => `${path}: ${issue}`))
      }
      assert.deepEqual(badges, [])
      assert.doesNotMatch(world.application.output(), /^\s*(?:⨯|Error\b)/m)
    }),
}

export const DEVELOPMENT_CHECKS: readonly DevelopmentCheck[] = [
  { ...pagesHaveNoError, store: 'cookie' },
  { ...pagesHaveNoError, store: 'sqlite' },
  {
    title: 'what a route handler wrote to a memory store, the proxy, pages and actions find',
    store: 'memory',
    shop: true,
    look: (world) =>
      withPage(world, async (page) => {
        const { url } = world.application
        await page.request.post(`${url}/api/n`)
        await page.goto(`${url}/`)
        await page.locator('#n', { hasText: '1' }).waitFor()
        await page.getByRole('button', { name: 'bump', exact: true }).click()
        await page.locator('#n', { hasText: '2' }).waitFor()
        await page.goto(`${url}/guarded`)
        await page.locator('#seen', { hasText: /\d/ }).waitFor()
        const { n } = (await (await page.request.get(`${url}/api/n`)).json()) as { n: number } // as: that route says so
        assert.equal(n, 2)
      }),
  },
]

/** What the badge of `next dev` counts. */
async function issuesOf(page: Page): Promise<string[]> {
  return page.locator('nextjs-portal [data-issues-count]').allTextContents()
}
