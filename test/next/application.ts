import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { installLocked } from '../package/pack.ts'
import { freePort } from '../support/free-port.ts'

const FOLDER = join(import.meta.dirname, '../../examples/next')
/** Where `next build` puts what it makes. */
export const BUILT: string = join(FOLDER, '.next')
const NEXT = join(FOLDER, 'node_modules/next/dist/bin/next')

/** What the application is told by its environment. */
export interface Settings {
  readonly SESSION_STORE: 'cookie' | 'sqlite'
  /** `current,previous…` */
  readonly SESSION_SECRET: string
  readonly DATABASE_FILE: string
}

export interface Application {
  readonly url: string
  /** All that it has printed. */
  output(): string
  stop(): Promise<void>
}

/** Installs Next and the package as it is built into the example's own folder, as npm would from the registry. */
export function install(): void {
  installLocked(FOLDER)
}

/** `next build`, which also checks the types. @throws with all that it printed */
export async function build(settings: Settings): Promise<void> {
  rmSync(BUILT, { recursive: true, force: true })
  const { child, output } = run(['build'], settings)
  const [code] = (await once(child, 'close')) as [number | null] // as: what `close` tells
  if (code !== 0) throw new Error(`next build ended with ${code}:\n${output()}`)
}

/** `next start` on a port that is free. */
export async function start(settings: Settings): Promise<Application> {
  const port = await freePort()
  // Longer than any check: a connection that the server closes at the moment that a browser uses it again is a failed request.
  const options = ['--port', String(port), '--hostname', '127.0.0.1', '--keepAliveTimeout', '600000']
  const { child, output } = run(['start', ...options], settings)
  const closed = once(child, 'close')
  await Promise.race([untilItSays(child, 'Ready in'), closed])
  if (child.exitCode !== null) throw new Error(`next start ended with ${child.exitCode}:\n${output()}`)
  return {
    url: `http://localhost:${port}`,
    output,
    async stop() {
      child.kill('SIGKILL') // asked to end, it waits for the connections that clients keep open
      await closed
    },
  }
}

/** Whatever happens to this process, no server outlives it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

function run(args: readonly string[], settings: Settings): { child: ChildProcess; output: () => string } {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const child = spawn(process.execPath, [NEXT, ...args], {
    cwd: FOLDER,
    env: { ...inherited, ...settings, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
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
