import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { canInstall, install, mirrors } from './apt.ts'
import { findServer, redisServer } from './redis-binary.ts'

/** The Debian that has Valkey in its backports alone; every later one has it among its packages. */
const BACKPORTED = 'bookworm'

/**
 * Where valkey-server is: on this machine or, on Debian or Ubuntu where this user may, installed now. Debian 12 has it in its backports:
 * it is unpacked into the cache folder, which every user may, so that the machine's packages stay as they are.
 *
 * @throws with what to install
 */
export function valkeyServer(): string {
  const found = findServer('valkey')
  if (found !== undefined) return found
  if (isBackported()) return unpacked()
  if (canInstall()) {
    install(['valkey-server'])
    const installed = findServer('valkey')
    if (installed !== undefined) return installed
  }
  throw new Error('valkey-server is missing: run apt-get install valkey-server, or brew install valkey.')
}

function isBackported(): boolean {
  const release = '/etc/os-release'
  return existsSync(release) && /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync(release, 'utf8'))?.[1] === BACKPORTED
}

function unpacked(): string {
  const caches = process.env['XDG_CACHE_HOME'] ?? (process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache'))
  const root = join(caches, 'coatcheck', 'valkey')
  const server = join(root, 'usr/bin/valkey-server')
  if (!existsSync(server)) {
    redisServer() // brings the libraries that Valkey needs
    mkdirSync(dirname(root), { recursive: true })
    // Its own name until it is whole; another process may be faster.
    const draft = mkdtempSync(`${root}.draft-`)
    try {
      unpack(draft)
      rmSync(root, { recursive: true, force: true })
      renameSync(draft, root)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }
  execFileSync(server, ['--version'], { stdio: 'pipe' })
  return server
}

/** apt-get with a source and lists of its own, which checks the signatures as ever. */
function unpack(root: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-valkey-'))
  try {
    const sources = join(folder, 'sources.list')
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
    writeFileSync(sources, `deb [signed-by=${keyring}] ${mirrors()[0]} ${BACKPORTED}-backports main\n`)
    for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
    const places = [
      `Dir::Etc::sourcelist=${sources}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${join(folder, 'lists')}`,
      `Dir::Cache=${folder}`,
      ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
    ].flatMap((place) => ['-o', place])
    const options = { cwd: folder, stdio: 'pipe' } as const // as const: stdio is one of a few words
    execFileSync('apt-get', [...places, 'update'], options)
    execFileSync('apt-get', [...places, 'download', 'valkey-server', 'valkey-tools'], options)
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb'))) {
      execFileSync('dpkg-deb', ['--extract', name, root], options)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
