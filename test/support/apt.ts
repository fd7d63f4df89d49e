import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What makes a command root's: nothing for root; sudo, where it asks for no password; `undefined` where neither is so. */
function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return []
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
    return ['sudo', '-n']
  } catch {
    return undefined
  }
}

/** Whether packages can be installed here without asking anybody. */
export function canInstall(): boolean {
  return existsSync('/usr/bin/apt-get') && asRoot() !== undefined
}

/** Installs those of `packages` on this machine that are missing. @throws with the reason in one line */
export function install(packages: readonly string[]): void {
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  console.log(`Installing ${missing.join(', ')} with apt-get`)
  const [program, ...args] = [...(asRoot() ?? []), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  const run = (...more: readonly string[]): void => void execFileSync(program, [...args, ...more], { stdio: 'pipe' })
  try {
    run('update')
    // Another installation may be under way on a machine that has just been started.
    run('-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...missing)
  } catch (error) {
    throw new Error(`apt-get could not install ${missing.join(', ')}`, { cause: error })
  }
}

function isInstalled(name: string): boolean {
  try {
    const status = execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8', stdio: 'pipe' })
    return status.includes('install ok installed')
  } catch {
    return false
  }
}

/** What `http_proxy` is for the packages of this machine, where apt goes through one. */
export function proxy(): string | undefined {
  return read('apt-config', ['shell', 'it', 'Acquire::http::Proxy']).match(/^it='(.+)'$/m)?.[1]
}

/** Where Debian's packages come from: what apt takes them from, then what every Debian can. */
export function mirrors(): readonly string[] {
  const targets = read('apt-get', ['indextargets', '--format', '$(LABEL) $(REPO_URI)', 'Created-By: Packages'])
  const [mine] = [...targets.matchAll(/^Debian (https?:\S+)$/gm)].map(([, uri]) => uri)
  return [...new Set([...(mine === undefined ? [] : [mine]), 'http://deb.debian.org/debian/'])]
}

function read(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
}
