import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as PgClient } from 'pg'
import { startPostgres } from '../../test/support/postgres.ts'
import { RedisServer } from '../../test/support/redis.ts'
import type { Client } from './environment.ts'

/** A database that can be taken away. */
export interface Database {
  readonly place: string
  /** How its outage is made, for the table. */
  readonly outage: string
  /** Nothing answers any more, and connections stay open; for SQLite, another process has the lock. Gives what ends that. */
  freeze(): Promise<() => Promise<void>>
  /** Crashes and starts again; not there where there is no server. */
  readonly restart?: () => Promise<void>
  stop(): Promise<void>
}

export function startDatabase(client: Client): Promise<Database> {
  if (client === 'node:sqlite') return sqliteFile()
  return client === 'pg' || client === 'postgres.js' ? postgresServer() : redisServer()
}

async function redisServer(): Promise<Database> {
  const server = await RedisServer.start()
  return {
    place: server.url,
    outage: 'SIGSTOP',
    async freeze() {
      const pid = /process_id:(\d+)/.exec(String(await server.command('INFO', 'server')))?.[1]
      return stopProcesses([Number(pid)])
    },
    async restart() {
      await server.kill()
      await server.startAgain()
    },
    stop: () => server.stop(),
  }
}

async function postgresServer(): Promise<Database> {
  const server = await startPostgres()
  if (server.crash === undefined) throw new Error('POSTGRES_URL is set, and this bench stops its server: unset it')
  return {
    place: server.url,
    outage: 'SIGSTOP',
    async freeze() {
      const shell = new PgClient(server.url)
      await shell.connect()
      const { rows } = await shell.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const [own = 0] = rows.map(({ pid }) => parentOf(pid))
      await shell.end()
      return stopProcesses([own, ...childrenOf(own)])
    },
    restart: server.crash,
    stop: () => server.stop(),
  }
}

async function sqliteFile(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-outage-'))
  const place = join(directory, 'app.db')
  return {
    place,
    outage: 'lock held',
    async freeze() {
      const holder = fork(join(import.meta.dirname, 'lock-holder.ts'), [place])
      await once(holder, 'message')
      return async () => {
        holder.send('let go')
        await once(holder, 'exit')
      }
    },
    stop: async () => rmSync(directory, { recursive: true, force: true }),
  }
}

function stopProcesses(pids: readonly number[]): () => Promise<void> {
  signal(pids, 'SIGSTOP')
  return async () => signal(pids, 'SIGCONT')
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // A backend whose connection ended is gone.
    }
  }
}

/** The parent's id stands behind the name, which may hold anything but a line break. */
function parentOf(pid: number): number {
  return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1])
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isChild(Number(name), pid))
    .map(Number)
}

function isChild(pid: number, parent: number): boolean {
  try {
    return parentOf(pid) === parent
  } catch {
    return false // it has ended meanwhile
  }
}
