import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canInstall, install } from './apt.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A test browser: no sandbox because containers have none, and no conversation of its own with the network. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * Where Chromium is. `CHROMIUM_PATH` decides; else the usual places are looked through; else, on Debian or Ubuntu where
 * this user may, it is installed. Never skips: a browser test that did not run proves nothing.
 */
export function chromiumPath(): string {
  const chosen = process.env['CHROMIUM_PATH']
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return chosen
    throw new Error(`CHROMIUM_PATH is ${chosen}, and no such file is there.`)
  }
  const found = find()
  if (found !== undefined) return found
  if (canInstall()) {
    install(['chromium'])
    const installed = find()
    if (installed !== undefined) return installed
  }
  throw new Error('Chromium is missing: run apt-get install chromium, install Google Chrome, or set CHROMIUM_PATH.')
}

function find(): string | undefined {
  const places = DIRECTORIES.filter((directory) => directory !== '').flatMap((directory) =>
    NAMES.map((name) => join(directory, name)),
  )
  return [...places, ...APPLICATIONS].find((path) => existsSync(path))
}
