import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { install, mirrors, proxy } from '../../support/apt.ts'

export interface ChrootNeeds {
  /** The Debian, by its code name. */
  readonly suite: string
  readonly packages: readonly string[]
  /** A command that succeeds inside, once everything is there. */
  readonly probe: readonly string[]
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const MINUTES = 10

/**
 * A folder with such a Debian in it, made with debootstrap. It stays in the cache folder for the next time; one that does
 * not pass its probe is made anew.
 *
 * @throws with the reason in one line where it cannot be made
 */
export function ensureChroot(needs: ChrootNeeds): string {
  const root = join(process.env['XDG_CACHE_HOME'] ?? '/var/cache', 'coatcheck', `rails-${needs.suite}`)
  if (isWhole(root, needs)) return root
  install(['debootstrap', 'debian-archive-keyring'])
  mkdirSync(dirname(root), { recursive: true })
  discardDrafts(root)
  console.log(`Making a Debian ${needs.suite} in ${root}: this once, about 300 MB and a minute`)
  // The name of a draft until it is whole: whoever ends this process half-way leaves nothing that looks finished.
  const draft = `${root}.draft-${process.pid}`
  try {
    make(draft, needs)
    if (isWhole(root, needs)) return root // another process was faster
    discard(root)
    renameSync(draft, root)
    return root
  } finally {
    discard(draft)
  }
}

function isWhole(root: string, { probe }: ChrootNeeds): boolean {
  return existsSync(root) && spawnSync('chroot', [root, ...probe], { env: { PATH: '/usr/sbin:/usr/bin' } }).status === 0
}

/** From the first mirror that has it. @throws with what the last one said */
function make(draft: string, needs: ChrootNeeds): void {
  let reason = ''
  for (const mirror of mirrors()) {
    discard(draft)
    reason = debootstrap(draft, mirror, needs)
    if (reason === '' && isWhole(draft, needs)) return
  }
  throw new Error(reason === '' ? `debootstrap made a Debian ${needs.suite} in which Rails does not start` : reason)
}

/** Empty when it went well, else what went wrong. */
function debootstrap(folder: string, mirror: string, { suite, packages }: ChrootNeeds): string {
  const options = ['--variant=minbase', '--force-check-gpg', `--keyring=${KEYRING}`, `--include=${packages.join(',')}`]
  const through = proxy()
  const env = through === undefined ? process.env : { http_proxy: through, ...process.env }
  const made = spawnSync('debootstrap', [...options, suite, folder, mirror], {
    env,
    encoding: 'utf8',
    timeout: MINUTES * 60_000,
  })
  if (made.status === 0) return ''
  const lines = `${made.stdout}\n${made.stderr}`.split('\n').filter((line) => !/^(?:\s*$|W: See )/.test(line))
  const said = lines.findLast((line) => line.startsWith('E: ')) ?? lines.at(-1)
  return `debootstrap ${suite} from ${mirror}: ${made.error?.message ?? said ?? `ended with ${made.status}`}`
}

/** Drafts of processes that are no more. */
function discardDrafts(root: string): void {
  const start = `${basename(root)}.draft-`
  for (const name of readdirSync(dirname(root))) {
    if (name.startsWith(start) && !existsSync(join('/proc', name.slice(start.length))))
      discard(join(dirname(root), name))
  }
}

/** debootstrap mounts /proc and /sys inside, and a killed one leaves them there: nothing may be deleted through those. */
function discard(folder: string): void {
  if (!existsSync(folder)) return
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed()) spawnSync('umount', [mount])
  const removed = spawnSync('rm', ['-rf', '--one-file-system', folder], { encoding: 'utf8' })
  if (removed.status !== 0) throw new Error(`${folder} cannot be removed: ${removed.stderr.split('\n')[0]}`)
}
