import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from './import-graph.ts'

/** The tarball that users would get, with the paths that are in it. */
export interface Tarball {
  readonly file: string
  readonly paths: readonly string[]
}

/**
 * Packs what is built into `folder`. The build is left out: `npm test` has just made it, and another one would change
 * files that the tests beside this one are reading.
 */
export function pack(folder: string): Tarball {
  const output = runNpm(ROOT, ['pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const report: unknown = JSON.parse(output)
  // as: npm 11 prints a list, npm 12 an object by package name; both hold this
  const [packed] = Object.values(report as Record<string, { filename: string; files: { path: string }[] }>)
  if (packed === undefined) throw new Error('npm pack reported no tarball')
  return { file: join(folder, packed.filename), paths: packed.files.map(({ path }) => path) }
}

/** Puts the content of a tarball where a package manager would. */
export function unpack(tarball: Tarball, folder: string): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball.file, '-C', folder, '--strip-components=1'])
}

/** One retry after a second: npm's own patience is over a minute. */
const IMPATIENT = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=1000']

/** Installs `packages` into `folder`; where the registry does not answer, the error is one line that says so. */
export function install(folder: string, packages: readonly string[]): void {
  runNpm(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline', ...IMPATIENT, ...packages])
}

/** Installs what the lock file of a project says. No script of theirs runs. */
export function installLocked(folder: string): void {
  runNpm(folder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'])
}

const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH)\b/

/** The output of an npm command. @throws an error of one line when it fails */
export function runNpm(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync('npm', ['--loglevel=error', ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
  })
  if (status === 0) return stdout
  const unreachable = UNREACHABLE.exec(stderr)?.[1]
  if (unreachable !== undefined) {
    throw new Error(`The npm registry cannot be reached (${unreachable}), and this test installs packages from it.`)
  }
  const complaint = stderr.split('\n').find((line) => /^npm error (?!code)/.test(line))
  throw new Error(`npm ${args.join(' ')} failed: ${complaint ?? stderr.slice(0, 500)}`)
}

/** `npm run` tells its children where they are; a project of its own must not hear it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^npm_(?:lifecycle|package|config_local_prefix|command)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)))
}

/** The compiler's complaints about a project, as one text; empty when it has none. */
export function typeErrors(project: string, packages: string): string {
  // The native compiler prints to standard output, and exits with 1 or 2 where something is wrong.
  const tsc = join(packages, 'typescript/bin/tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], {
    cwd: dirname(project),
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout + stderr || `tsc ended with ${status}`
}

export const REPOSITORY_PACKAGES: string = fileURLToPath(new URL('../../node_modules', import.meta.url))
