import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { KeptServer } from './kept-server.ts'
import { redisServer } from './redis-binary.ts'

export interface RedisServerOptions {
  /** The program, of Redis or Valkey. Default: the Redis of this machine. */
  readonly program?: string
  readonly port?: number
  /** As on the command line: `['--maxmemory', '3mb']`. */
  readonly settings?: readonly string[]
  /** The text of a configuration file that it may write to, as a Sentinel wants one. */
  readonly file?: string
  /** The line of its log that says that it is ready. */
  readonly ready?: RegExp
}

/** A real Redis of its own: a temporary folder, a free port of the loopback address. Nothing of it outlives this process. */
export class RedisServer {
  readonly port: number
  readonly directory: string = mkdtempSync(join(tmpdir(), 'coatcheck-redis-'))
  readonly #options: RedisServerOptions
  #server: KeptServer | undefined

  private constructor(port: number, options: RedisServerOptions) {
    this.port = port
    this.#options = options
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options.port ?? (await freePort()), options)
    try {
      await server.startAgain()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** On the same port and folder as before, with more settings perhaps. */
  async startAgain(more: readonly string[] = []): Promise<void> {
    const { program = redisServer(), file, settings = [], ready = /Ready to accept connections/ } = this.#options
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory]
    const args = [...this.#written(file), ...place, '--save', '', ...settings, ...more]
    this.#server = new KeptServer({ program, args, directory: this.directory })
    await this.logged(ready)
    if ((await this.command('PING')) !== 'PONG') throw new Error('Redis started and does not answer')
  }

  /** The argument that names the configuration file. */
  #written(text: string | undefined): string[] {
    if (text === undefined) return []
    const path = join(this.directory, 'server.conf')
    writeFileSync(path, text)
    return [path]
  }

  /** Resolves when a line of the log is like that, or was since the start. @throws when the server ends before */
  async logged(pattern: RegExp): Promise<void> {
    await this.#server?.logged(pattern)
  }

  /** One command on a connection of its own. */
  async command(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const connection = new Redis(this.port, '127.0.0.1', {
      lazyConnect: true,
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: () => null,
    })
    // What goes wrong rejects the command.
    connection.on('error', () => {})
    try {
      return await connection.call(name, ...args)
    } finally {
      connection.disconnect()
    }
  }

  /** Ends it at once, as a crash would. Its folder stays. */
  async kill(): Promise<void> {
    await this.#server?.end('KILL')
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
