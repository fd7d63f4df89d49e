import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { installLocked } from '../package/pack.ts'
import { freePort } from '../support/free-port.ts'

/** The application that users read. It is configured as create-next-app configures one. */
export const BILLING: string = join(import.meta.dirname, '../../examples/next')
const NEXT = join(BILLING, 'node_modules/next/dist/bin/next')

/** `cached`: with Cache Components. `plain`: without, below a base path. `baked`: that, and a route for everybody. */
export type ShopKind = 'cached' | 'plain' | 'baked'

/** What an application is told by its environment. */
export interface Settings {
  readonly SESSION_STORE: 'cookie' | 'sqlite' | 'memory'
  /** `current,previous…` */
  readonly SESSION_SECRET: string
  readonly DATABASE_FILE: string
  readonly SHOP?: ShopKind
}

export interface Application {
  /** Of its root, without a slash. */
  readonly url: string
  /** All that it has printed. */
  output(): string
  stop(): Promise<void>
}

/** Installs Next and the package as it is built into the example's own folder, as npm would from the registry. */
export function install(): void {
  installLocked(BILLING)
}

/** A copy of the shop, below what is installed. */
export function copyOfShop(kind: ShopKind): string {
  const folder = join(BILLING, `.shop-${kind}`)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(import.meta.dirname, 'shop'), folder, { recursive: true })
  return folder
}

/** Where `next build` puts what it makes. */
export function builtIn(folder: string): string {
  return join(folder, '.next')
}

/** `next build`, which also checks the types. @throws with all that it printed */
export async function build(folder: string, settings: Settings): Promise<void> {
  rmSync(builtIn(folder), { recursive: true, force: true })
  const { child, output } = run(folder, ['build'], settings)
  const [code] = (await once(child, 'close')) as [number | null] // as: what `close` tells
  if (code !== 0) throw new Error(`next build ended with ${code}:\n${output()}`)
}

/** `next start` on a port that is free. */
export function start(folder: string, settings: Settings): Promise<Application> {
  // Longer than any check: a connection that the server closes at the moment that a browser uses it again is a failed request.
  return serve(folder, ['start', '--hostname', '127.0.0.1', '--keepAliveTimeout', '600000'], settings)
}

/** `next dev` on a port that is free. */
export function develop(folder: string, settings: Settings): Promise<Application> {
  return serve(folder, ['dev', '--hostname', '127.0.0.1'], settings, 'development')
}

async function serve(
  folder: string,
  args: readonly string[],
  settings: Settings,
  mode?: 'development',
): Promise<Application> {
  const port = await freePort()
  const { child, output } = run(folder, [...args, '--port', String(port)], settings, mode)
  const closed = once(child, 'close')
  await Promise.race([untilItSays(child, 'Ready in'), closed])
  if (child.exitCode !== null) throw new Error(`next ${args[0]} ended with ${child.exitCode}:\n${output()}`)
  return {
    url: `http://localhost:${port}${settings.SHOP === 'plain' ? '/shop' : ''}`,
    output,
    async stop() {
      end(child) // asked to end, it waits for the connections that clients keep open
      await closed
    },
  }
}

/** Whatever happens to this process, no server outlives it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) end(child)
})

/** A server and the processes that it started: each has a group of its own. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}

function run(
  folder: string,
  args: readonly string[],
  settings: Settings,
  mode: 'production' | 'development' = 'production',
): { child: ChildProcess; output: () => string } {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [NEXT, ...args], {
    cwd: folder,
    env: { ...inherited, ...settings, NODE_ENV: mode, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  let text = ''
  const hear = (chunk: Buffer): void => void (text += chunk.toString())
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return { child, output: () => text }
}

function untilItSays(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes(words)) resolve()
    })
  })
}
