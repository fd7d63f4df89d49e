import { chromium, type Browser } from 'playwright-core'
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../support/chromium.ts'

/** Chromium with a profile of its own, which Playwright makes and removes. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] })
}
