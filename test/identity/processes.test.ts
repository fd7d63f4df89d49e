import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { sqliteRegistry } from '../../src/identity/sqlite.ts'
import { Forked } from '../support/forked.ts'
import { startPostgres } from '../support/postgres.ts'
import { SECRET } from '../support/visitor.ts'

/** A process of the application, and what it answers. */
class Process {
  readonly #forked: Forked

  private constructor(forked: Forked) {
    this.#forked = forked
  }

  static async start(url: string): Promise<Process> {
    const { process } = await Forked.start(join(import.meta.dirname, 'sign-in-process.ts'), [url, SECRET])
    return new Process(process)
  }

  async ask(order: object): Promise<string[]> {
    return (await this.#forked.ask(order)) as string[] // as: sign-in-process.ts answers so
  }

  kill(): void {
    this.#forked.kill()
  }
}

async function sqliteUrl(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-processes-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return `sqlite:${join(directory, 'app.db')}`
}

async function postgresUrl(): Promise<string> {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  return server.url
}

test.each([
  ['SQLite', sqliteUrl],
  ['PostgreSQL', postgresUrl],
])(
  'four processes on %s agree on who is signed in, while the user is revoked and one of them is killed',
  async (_, open) => {
    const url = await open()
    // In turn, because each opens the file for the first time: changing the journal takes it alone.
    const processes: Process[] = []
    for (let number = 0; number < 4; number++) processes.push(await Process.start(url))
    await Promise.all(processes.map((process) => process.ask({ do: 'migrate' })))
    const [first, second, third, fourth] = processes
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      throw new Error('four')

    const everybody = (
      await Promise.all(processes.map((each) => each.ask({ do: 'sign-in', count: 50, epoch: '0.0' })))
    ).flat()
    expect(everybody).toHaveLength(200)
    expect(await second.ask({ do: 'check', cookies: everybody })).toHaveLength(200)

    // Three sign people in while a registry of this process revokes the user: whoever came before is out, everywhere.
    const signingIn = [first, second, third].map((each) => each.ask({ do: 'sign-in', count: 100, epoch: '0.0' }))
    await revokeUser(url)
    fourth.kill()
    const during = (await Promise.all(signingIn)).flat()
    for (const each of [first, second, third]) {
      expect(await each.ask({ do: 'check', cookies: [...everybody, ...during] })).toEqual([])
    }
    const after = await third.ask({ do: 'sign-in', count: 1, epoch: '1.0' })
    expect(await first.ask({ do: 'check', cookies: after })).toEqual(after)
  },
)

async function revokeUser(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length))
    await sqliteRegistry(database, { timeout: '5m' }).raiseUserEpoch('7')
    database.close()
    return
  }
  const pool = new pg.Pool({ connectionString: url })
  await postgresRegistry(pool).raiseUserEpoch('7')
  await pool.end()
}
