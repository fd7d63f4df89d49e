import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../test/browser/launch.ts'
import { build, install, start, type Application, type Settings } from '../test/next/application.ts'
import { CHECKS } from '../test/next/checks.ts'
import { cookieAfter, type World } from '../test/next/world.ts'

/**
 * Builds the billing example for Next.js with the Next of its lock file, and drives it in Chromium, once with sessions in the
 * cookie and once in a store. Run by `npm run test:next`, which has built the package.
 */
const total = { passed: 0, failed: 0 }
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-next-'))
const PREVIOUS_SECRET = randomBytes(32).toString('base64url')
const CURRENT_SECRET = randomBytes(32).toString('base64url')

try {
  install()
  await build(settingsOf('cookie', PREVIOUS_SECRET))
  const browser = await launchChromium()
  try {
    await lookAt(browser, 'cookie')
    await lookAt(browser, 'sqlite')
  } finally {
    await browser.close()
  }
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
async function lookAt(browser: Browser, store: Settings['SESSION_STORE']): Promise<void> {
  const earlier = await running(settingsOf(store, PREVIOUS_SECRET), async ({ url }) =>
    cookieAfter(await fetch(`${url}/api/session`, { method: 'POST' })),
  )
  const settings = settingsOf(store, CURRENT_SECRET, PREVIOUS_SECRET)
  await running(settings, (application) => lookAtAll({ application, settings, browser, earlier }))
}

async function lookAtAll(world: World): Promise<void> {
  const store = world.settings.SESSION_STORE
  for (const { title, only, ...check } of CHECKS) {
    if (only !== undefined && only !== store) continue
    try {
      // oxlint-disable-next-line no-await-in-loop -- one browser, and an application that is asked what it printed
      await check.look(world)
      total.passed += 1
      console.log(`ok     ${store}: ${title}`)
    } catch (error) {
      total.failed += 1
      console.log(`FAILED ${store}: ${title}\n`, error)
    }
  }
}

async function running<Result>(
  settings: Settings,
  body: (application: Application) => Promise<Result>,
): Promise<Result> {
  const application = await start(settings)
  try {
    return await body(application)
  } finally {
    await application.stop()
  }
}
