import { randomBytes } from 'node:crypto'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../test/browser/launch.ts'
import {
  BILLING,
  build,
  copyOfShop,
  develop,
  install,
  start,
  type Application,
  type Settings,
  type ShopKind,
} from '../test/next/application.ts'
import { CHECKS } from '../test/next/checks.ts'
import { DEVELOPMENT_CHECKS } from '../test/next/development-checks.ts'
import { SHOP_CHECKS } from '../test/next/shop-checks.ts'
import { cookieAfter, type World } from '../test/next/world.ts'

/**
 * Builds the billing example for Next.js with the Next of its lock file, and drives it in Chromium, once with sessions in the
 * cookie and once in a store. Then the shop, which has what the example has no use for: with Cache Components and without. Then
 * both in `next dev`. Run by `npm run test:next`, which has built the package.
 */
const total = { passed: 0, failed: 0 }
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-next-'))
const PREVIOUS_SECRET = randomBytes(32).toString('base64url')
const CURRENT_SECRET = randomBytes(32).toString('base64url')

try {
  install()
  const browser = await launchChromium()
  try {
    await build(BILLING, settingsOf('cookie', PREVIOUS_SECRET))
    await lookAtBilling(browser, 'cookie')
    await lookAtBilling(browser, 'sqlite')
    await lookAtShop(browser, 'cached')
    await lookAtShop(browser, 'plain')
    await lookAtDevelopment(browser)
  } finally {
    await browser.close()
  }
  await check('a route handler that is rendered once for everybody ends the build, which names it', () =>
    assert.rejects(
      build(copyOfShop('baked'), { ...settingsOf('cookie', CURRENT_SECRET), SHOP: 'baked' }),
      /The route handler of \/api\/baked uses a session/,
    ),
  )
} catch (error) {
  total.failed += 1
  console.error(error)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`test:next: ${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

function settingsOf(store: Settings['SESSION_STORE'], ...secrets: readonly string[]): Settings {
  return { SESSION_STORE: store, SESSION_SECRET: secrets.join(), DATABASE_FILE: join(folder, `${store}.db`) }
}

/** All checks on one application, whose secret has been changed since its first visitor. */
async function lookAtBilling(browser: Browser, store: Settings['SESSION_STORE']): Promise<void> {
  const earlier = await running(start(BILLING, settingsOf(store, PREVIOUS_SECRET)), async ({ url }) =>
    cookieAfter(await fetch(`${url}/api/session`, { method: 'POST' })),
  )
  const settings = settingsOf(store, CURRENT_SECRET, PREVIOUS_SECRET)
  await running(start(BILLING, settings), async (application) => {
    const world: World = { application, settings, browser, earlier }
    for (const { title, only, look } of CHECKS) {
      // oxlint-disable-next-line no-await-in-loop -- one browser, and an application that is asked what it printed
      if (only === undefined || only === store) await check(`${store}: ${title}`, () => look(world))
    }
  })
}

async function lookAtShop(browser: Browser, kind: Exclude<ShopKind, 'baked'>): Promise<void> {
  const shop = copyOfShop(kind)
  await build(shop, { ...settingsOf('cookie', CURRENT_SECRET), SHOP: kind })
  for (const store of ['cookie', 'sqlite'] as const) {
    const settings: Settings = {
      ...settingsOf(store, CURRENT_SECRET),
      SHOP: kind,
      DATABASE_FILE: join(folder, `shop-${kind}-${store}.db`),
    }
    // oxlint-disable-next-line no-await-in-loop -- one browser
    await running(start(shop, settings), async (application) => {
      for (const { title, shop: only, look } of SHOP_CHECKS) {
        if (only !== undefined && only !== kind) continue
        // oxlint-disable-next-line no-await-in-loop -- one browser
        await check(`${kind}, ${store}: ${title}`, () => look({ application, settings, browser, folder: shop }))
      }
    })
  }
}

async function lookAtDevelopment(browser: Browser): Promise<void> {
  for (const { title, store, shop, look } of DEVELOPMENT_CHECKS) {
    const settings: Settings = {
      ...settingsOf(store, CURRENT_SECRET),
      ...(shop && { SHOP: 'cached' }),
      DATABASE_FILE: join(folder, `development-${store}.db`),
    }
    // oxlint-disable-next-line no-await-in-loop -- one after the other: each keeps the machine busy
    await check(`in development, ${store}: ${title}`, () =>
      running(develop(shop ? copyOfShop('cached') : BILLING, settings), (application) =>
        look({ application, settings, browser, earlier: '' }),
      ),
    )
  }
}

async function check(title: string, look: () => Promise<void>): Promise<void> {
  try {
    await look()
    total.passed += 1
    console.log(`ok     ${title}`)
  } catch (error) {
    total.failed += 1
    console.log(`FAILED ${title}\n`, error)
  }
}

async function running<Result>(
  starting: Promise<Application>,
  body: (application: Application) => Promise<Result>,
): Promise<Result> {
  const application = await starting
  try {
    return await body(application)
  } finally {
    await application.stop()
  }
}
