import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../binaries')

/** Where each program is in the package of its platform; the package that npm puts it in front of wants a script to run. */
const PROGRAMS = {
  bun: '@oven/bun-*/bin/bun{,.exe}',
  deno: '@deno/*/deno{,.exe}',
  workerd: '@cloudflare/workerd-*/bin/workerd{,.exe}',
  esbuild: '@esbuild/*/{bin/esbuild,esbuild.exe}',
} as const

export type Program = keyof typeof PROGRAMS

/** Installs what the lock file of `test/runtimes/binaries` says, where it is not there yet. @throws with what npm said */
export function installBinaries(): void {
  if (npm('ls').status === 0) return
  // No scripts: what they would do is to fetch a binary that npm has just fetched.
  const { status, stderr } = npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error')
  if (status !== 0) throw new Error(`npm ci in test/runtimes/binaries: ${stderr.trim()}`)
}

function npm(...args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8', shell: process.platform === 'win32' })
}

/** The program of this machine, or `undefined` where its package has none for such a machine. */
export function binary(program: Program): string | undefined {
  const [found] = globSync(PROGRAMS[program], { cwd: join(FOLDER, 'node_modules') })
  return found === undefined ? undefined : join(FOLDER, 'node_modules', found)
}

/** `1.4.5`, from whatever a program says of itself. */
export function versionOf(path: string): string {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return /\d[\w.-]*/.exec(stdout ?? '')?.[0] ?? 'of no version'
}
