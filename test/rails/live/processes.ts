import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { environmentOf, type Settings } from './settings.ts'

/** A server that runs, on a port of 127.0.0.1 that was free. */
interface Server {
  readonly url: string
  /** All that it has printed. */
  output(): string
  stop(): Promise<void>
}

const LISTENING = /http:\/\/127\.0\.0\.1:\d+/
const START_SECONDS = 60

/** Whatever happens to this process, its servers do not outlive it: each also ends when its standard input does. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts `app/config.ru` on Puma.
 *
 * @param appFolder where it lies, as the command sees it
 * @param before what stands in front of the command, as `chroot /folder`
 */
export async function startRails(appFolder: string, before: readonly string[], settings: Settings): Promise<Server> {
  const puma = ['puma', '-C', '-', '-e', 'production', '-t', '1:1', '-b', 'tcp://127.0.0.1:0']
  // Nothing of this process' environment: a RUBYOPT or a BUNDLE_GEMFILE would be another Rails. Puma looks at PWD.
  const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', PWD: '/', HOME: '/', LANG: 'C.UTF-8' }
  // env, so that the command may begin with anything, and PATH is the one above.
  return start('env', [...before, ...puma, `${appFolder}/config.ru`], { ...environment, ...environmentOf(settings) })
}

/** Starts `server.ts`. */
export async function startTypeScript(settings: Settings): Promise<Server> {
  const file = join(import.meta.dirname, 'server.ts')
  return start(process.execPath, [file], { ...process.env, ...environmentOf(settings) })
}

async function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const child = spawn(command, args, { cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  const ended = new Promise<void>((resolve) => {
    child.once('close', resolve)
    child.once('error', resolve)
  }).then(() => running.delete(child))
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`${command} ${what}:\n${text}`))
    const timer = setTimeout(() => fail(`did not listen within ${START_SECONDS} seconds`), START_SECONDS * 1000)
    const hear = (chunk: Buffer): void => {
      text += chunk.toString()
      const [found] = LISTENING.exec(text) ?? []
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.stdin.on('error', () => undefined) // it has ended: `close` tells
    child.once('error', ({ message }) => fail(`could not be started (${message})`))
    child.once('close', (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
  }).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    output: () => text,
    async stop() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await ended
      clearTimeout(timer)
    },
  }
}
