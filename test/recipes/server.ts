import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { folderOf, scriptsOf, type Recipe } from './recipes.ts'

/** A recipe's server, as its `npm start` begins it. */
export interface RecipeServer {
  readonly origin: string
  stop(): Promise<void>
}

/** Whatever happens to this process, its servers do not outlive it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts what is built on a free port of the loopback address. @param slowUrl what its slow page waits for */
export async function startRecipe(recipe: Recipe, slowUrl: string): Promise<RecipeServer> {
  const [command = '', ...args] = (scriptsOf(recipe)['start'] ?? '').split(' ')
  const bin = join(folderOf(recipe), 'node_modules/.bin', command)
  const origin = `http://localhost:${await freePort()}`
  // Without a shell or npm in between, so that to end the child is to end the server.
  const child = spawn(process.execPath, command === 'node' ? args : [bin, ...args], {
    cwd: folderOf(recipe),
    env: {
      ...process.env,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: new URL(origin).port,
      PROTOCOL_HEADER: 'x-forwarded-proto', // SvelteKit takes every request for one of https where nothing is said
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      SLOW_URL: slowUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
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
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
