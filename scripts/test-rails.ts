import { execFileSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startRails, startTypeScript } from '../test/rails/live/processes.ts'
import { describe, type Settings } from '../test/rails/live/settings.ts'
import { walkAcross } from '../test/rails/live/walk.ts'

/**
 * Walks one browser across a real Rails from Debian's packages and a TypeScript server that share a session cookie. Run by
 * `npm run test:rails`; `RAILS_SEED` repeats a run.
 */
const PACKAGES = ['ruby', 'ruby-actionpack', 'ruby-activesupport', 'ruby-railties', 'puma']
const WALKS = 100

const SETTINGS: readonly Omit<Settings, 'secretKeyBase'>[] = [
  { loadDefaults: '6.1', cookieName: '_billing_session', serializer: 'json' },
  { loadDefaults: '6.1', cookieName: '_billing_session', serializer: 'hybrid' },
]

process.exitCode = await run()

async function run(): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log('test:rails did not run: it takes Rails from the packages of Debian, as root.')
    return 0
  }
  install()
  const seed = Number(process.env['RAILS_SEED'] ?? randomInt(2 ** 31))
  console.log(`RAILS_SEED=${seed}`)
  let failed = 0
  // One after the other: each starts two servers.
  // oxlint-disable-next-line no-await-in-loop
  for (const part of SETTINGS) failed += await walk({ ...part, secretKeyBase: randomBytes(64).toString('hex') }, seed)
  return failed === 0 ? 0 : 1
}

/** How many walks failed. */
async function walk(settings: Settings, seed: number): Promise<number> {
  const app = join(import.meta.dirname, '../test/rails/live/app')
  const rails = await startRails(app, [], settings)
  try {
    const typescript = await startTypeScript(settings)
    try {
      const sides = [
        { kind: 'ruby', url: rails.url },
        { kind: 'typescript', url: typescript.url },
      ] as const
      const { walks, steps, failures } = await walkAcross(sides, {
        cookieName: settings.cookieName,
        seed,
        count: WALKS,
      })
      for (const failure of failures.slice(0, 3)) console.error(failure)
      console.log(`${describe(settings)}: ${walks} walks, ${steps} steps, ${failures.length} failed, seed ${seed}`)
      return failures.length
    } finally {
      await typescript.stop()
    }
  } finally {
    await rails.stop()
  }
}

function install(): void {
  const missing = PACKAGES.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  console.log(`Installing ${missing.join(', ')} with apt-get`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update'], { env, stdio: 'pipe' })
  execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...missing], {
    env,
    stdio: 'pipe',
  })
}

function isInstalled(name: string): boolean {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8', stdio: 'pipe' }).includes(
      'install ok installed',
    )
  } catch {
    return false
  }
}
