import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { folderOf, scriptsOf, type Recipe } from './recipes.ts'

/** A recipe's server. */
export interface RecipeServer {
  readonly origin: string
  /** That it was started by: `start`, for what is built, or `dev`, for development. */
  readonly script: 'start' | 'dev'
  stop(): Promise<void>
}

/** Whatever happens to this process, its servers do not outlive it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) end(child)
})

/**
 * Starts a server on a free port of the loopback address. @param script `start`, for what is built, or `dev`, where the framework has
 * a server for development @param slowUrl what its slow page waits for
 */
export async function startRecipe(recipe: Recipe, script: 'start' | 'dev', slowUrl: string): Promise<RecipeServer> {
  const [command = '', ...args] = (scriptsOf(recipe)[script] ?? '').split(' ')
  const bin = join(folderOf(recipe), 'node_modules/.bin', command)
  const port = String(await freePort())
  const origin = `http://localhost:${port}`
  if (script === 'dev') args.push('--port', port, '--host', 'localhost')
  // Without a shell or npm in between, so that to end the child is to end the server; some have children of their own.
  const child = spawn(process.execPath, command === 'node' ? args : [bin, ...args], {
    cwd: folderOf(recipe),
    env: {
      ...process.env,
      NODE_ENV: script === 'dev' ? 'development' : 'production',
      HOST: '127.0.0.1',
      PORT: port,
      PROTOCOL_HEADER: 'x-forwarded-proto', // SvelteKit takes every request for one of https where nothing is said
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      SLOW_URL: slowUrl,
      ASTRO_TELEMETRY_DISABLED: '1',
      NUXT_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  void ended.then(() => running.delete(child))

  const answers = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output}`)
    return fetch(origin).then(
      () => true,
      () => false,
    )
  }
  await until(`${recipe.name} answers at ${origin}`, answers)
  return {
    origin,
    script,
    async stop() {
      end(child)
      await ended
    },
  }
}

/** A server and the processes that it started: each has a group of its own. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
