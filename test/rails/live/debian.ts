import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { install } from '../../support/apt.ts'
import { ensureChroot } from './chroot.ts'
import type { Settings } from './settings.ts'

/** A Debian that has a Rails in its packages: this machine, or a folder that a process can take for one. */
export interface RailsPlace {
  /** What stands in front of a command that runs there. */
  readonly before: readonly string[]
  /** Where `app` lies there. */
  readonly appFolder: string
  leave(): void
}

const SUITES = { '6.1': 'bookworm', '7.2': 'trixie' } as const
const PACKAGES = ['ruby', 'ruby-actionpack', 'ruby-activesupport', 'ruby-railties', 'puma']
/** What `:message_pack` needs, which came with Rails 7.1. */
const MESSAGE_PACK = 'ruby-msgpack'

/**
 * Finds that Rails: in this machine's own packages where it is that Debian, else in a chroot. Installs what is missing.
 *
 * @throws with the reason in one line where it cannot be had
 */
export function findRails(version: Settings['rails'], app: string): RailsPlace {
  const suite = SUITES[version]
  const packages = version === '6.1' ? PACKAGES : [...PACKAGES, MESSAGE_PACK]
  if (codename() === suite) {
    install(packages)
    return { before: [], appFolder: app, leave: () => undefined }
  }
  const root = ensureChroot({ suite, packages, probe: probeOf(version, packages) })
  const folder = mkdtempSync(join(root, 'tmp/coatcheck-')) // its own: two runs may share the chroot
  cpSync(app, folder, { recursive: true })
  return {
    before: ['chroot', root],
    appFolder: join('/tmp', basename(folder)),
    leave: () => rmSync(folder, { recursive: true }),
  }
}

/** A command that fails wherever that Rails and its server cannot be started. */
function probeOf(version: string, packages: readonly string[]): readonly string[] {
  const libraries = ['action_controller/railtie', 'puma', ...(packages.includes(MESSAGE_PACK) ? ['msgpack'] : [])]
  const requires = libraries.map((name) => `require "${name}"`)
  return ['ruby', '-e', [...requires, `exit Rails.version.start_with?("${version}.")`].join(';')]
}

function codename(): string | undefined {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
}
