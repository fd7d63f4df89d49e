import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  /** The server's own folder, which goes when this process does. */
  readonly directory: string
  /** Whom it runs as, where that is somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Starts the server and ends when it does. A word on standard input is the signal that it gets. Standard input that ends without
 * a word means that whoever started it is gone: then the server goes, too, and its folder.
 */
const KEEPER = `
exec 3<&0 2>&1
"$0" "$@" & server=$!
(word=; read -r word <&3; kill -"\${word:-KILL}" "$server"; [ -n "$word" ] || rm -rf "$DIRECTORY") >/dev/null 2>&1 &
wait "$server"
`

/** A server that runs until it is ended, and never outlives this process. */
export class KeptServer {
  readonly #keeper: ChildProcess
  readonly #said: string[] = []

  constructor({ program, args, directory, user, env = process.env }: ServerCommand) {
    this.#keeper = spawn('/bin/sh', ['-c', KEEPER, program, ...args], {
      cwd: directory,
      env: { ...env, DIRECTORY: directory },
      stdio: ['pipe', 'pipe', 'ignore'],
      ...user,
    })
    const { stdin, stdout } = this.#keeper
    // A server that ended by itself no longer reads; its exit is what counts.
    stdin?.on('error', () => {})
    if (stdout === null) throw new Error('the keeper has no standard output')
    createInterface({ input: stdout }).on('line', (line) => {
      this.#said.push(line)
      this.#keeper.emit('said', line)
    })
  }

  get isRunning(): boolean {
    return this.#keeper.exitCode === null && this.#keeper.signalCode === null
  }

  /** Resolves when a line of the log is like that, or was since the start. @throws when the server ends before, with its last lines */
  async logged(pattern: RegExp): Promise<void> {
    if (this.#said.some((line) => pattern.test(line))) return
    const why = (): Error => new Error(`The server ended: ${this.#said.slice(-3).join(' ')}`)
    if (!this.isRunning) throw why()
    await new Promise<void>((resolve, reject) => {
      this.#keeper.on('said', (line: string) => pattern.test(line) && resolve())
      this.#keeper.once('error', reject)
      // On `close`, when its last lines have been read.
      this.#keeper.once('close', () => reject(why()))
    })
  }

  /** Sends it the signal and resolves when it is gone. */
  async end(signal: 'KILL' | 'INT' | 'QUIT'): Promise<void> {
    if (!this.isRunning) return
    const gone = once(this.#keeper, 'exit')
    this.#keeper.stdin?.end(`${signal}\n`)
    await gone
  }
}
