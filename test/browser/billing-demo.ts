import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'

const MAIN = join(import.meta.dirname, '../../examples/billing/main.ts')

/** The demo as a process of its own, and what it has said so far. */
export interface Demo {
  readonly process: ChildProcess
  readonly output: { stdout: string; stderr: string }
}

export interface RunningDemo extends Demo {
  readonly url: string
  readonly port: number
  /** Its SQLite file. */
  readonly database: string
  /** Its workers when it was ready. */
  readonly pids: readonly number[]
  /** Ends it and removes its database. */
  stop(): Promise<void>
}

/** As `npm start` runs it, inside a shell; the second command keeps the shell from becoming the demo. */
const IN_A_SHELL = ['sh', '-c', `'${process.execPath}' '${MAIN}'; exit $?`] as const // as const: a pair and more
const ALONE = [process.execPath, MAIN] as const // as const: see above

export interface DemoOptions {
  readonly how?: 'alone' | 'in a shell'
  /** What follows `npm start --`, when it runs alone. */
  readonly args?: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
}

/** Starts the demo without waiting for anything. */
export function spawnDemo(port: number, database: string, options: DemoOptions = {}): Demo {
  const { how = 'alone', args: more = [], environment } = options
  const { SESSION_SECRET: _, ...inherited } = process.env
  const own = { npm_lifecycle_event: 'start', PORT: String(port), BILLING_DATABASE: database }
  const [command, ...args] = how === 'alone' ? ALONE : IN_A_SHELL
  const child = spawn(command, [...args, ...more], {
    env: { ...inherited, ...own, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return { process: child, output }
}

/** Starts the demo on a free port with a database of its own, and waits until it says that it is ready. */
export async function startDemo(options?: DemoOptions): Promise<RunningDemo> {
  const directory = mkdtempSync(join(tmpdir(), 'billing-'))
  const port = await freePort()
  const database = join(directory, 'billing.db')
  const demo = spawnDemo(port, database, options)
  const pids = await readyPids(demo)
  const stop = async (): Promise<void> => {
    if (demo.process.exitCode === null && demo.process.signalCode === null) {
      const exit = once(demo.process, 'exit')
      demo.process.kill('SIGTERM')
      await exit
    }
    rmSync(directory, { recursive: true, force: true })
  }
  return { ...demo, url: `http://localhost:${port}`, port, database, pids, stop }
}

function readyPids({ process: child, output }: Demo): Promise<number[]> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The demo ended instead of starting: ${output.stderr}`)))
    child.stdout?.on('data', () => {
      const [, pids] = /^Billing demo on .* with workers ([\d, ]+)$/m.exec(output.stdout) ?? []
      if (pids !== undefined) resolve(pids.split(',').map(Number))
    })
  })
}

/** Whether a process is there. One that ended still is until its parent has noticed. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
