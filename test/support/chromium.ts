import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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
 * Where Chromium is. `CHROMIUM_PATH` decides; else the usual places are looked through; else, as root on Debian or Ubuntu,
 * it is installed. Never skips: a browser test that did not run proves nothing.
 */
export function chromiumPath(): string {
  const chosen = process.env['CHROMIUM_PATH']
  if (chosen !== undefined && chosen !== '') {
    if (existsSync(chosen)) return chosen
    throw new Error(`CHROMIUM_PATH is ${chosen}, and no such file is there.`)
  }
  return find() ?? install()
}

function find(): string | undefined {
  const places = DIRECTORIES.filter((directory) => directory !== '').flatMap((directory) =>
    NAMES.map((name) => join(directory, name)),
  )
  return [...places, ...APPLICATIONS].find((path) => existsSync(path))
}

function install(): string {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    try {
      execFileSync('apt-get', ['update'], { env: environment, stdio: 'pipe' })
      // Another installation may be under way on a machine that has just been started.
      execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', 'chromium'], {
        env: environment,
        stdio: 'pipe',
      })
    } catch (cause) {
      throw new Error('Chromium is missing and apt-get could not install it: run apt-get install chromium.', { cause })
    }
    const installed = find()
    if (installed !== undefined) return installed
  }
  throw new Error('The browser tests need Chromium: install chromium or Google Chrome, or set CHROMIUM_PATH to it.')
}
