import { chromium, type Browser } from 'playwright-core'
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../support/chromium.ts'

/** For the hook that launches: on a bare machine Chromium is installed first. */
export const BARE_MACHINE_MILLISECONDS = 300_000

/** Chromium with a profile of its own, which Playwright makes and removes. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] })
}
