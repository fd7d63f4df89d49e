import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { LANES, TURNS } from './hammer.ts'
import { openStore } from './process-stores.ts'

const PROCESSES = 8

async function startRedis(): Promise<string> {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  return server.url
}

async function beginPostgres(): Promise<string> {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  return server.url
}

async function newFile(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-hammer-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'sessions.db')
}

test.each([
  ['Redis, by node-redis', startRedis],
  ['Redis, by ioredis', startRedis],
  ['PostgreSQL, by pg', beginPostgres],
  ['PostgreSQL, by postgres.js', beginPostgres],
  ['SQLite, by node:sqlite', newFile],
  ['SQLite, by better-sqlite3', newFile],
])(
  'of a thousand changes that each of eight processes makes to one session at once, none is lost: %s',
  { timeout: 120_000 },
  async (name, start) => {
    const place = await start()
    const { store, close } = await openStore(name, place)
    onTestFinished(() => void close())
    const id = newId()
    await store.insert(id, newSession({ entries: { all: '0', untouched: '"yes"' } }), NOW)

    const owners = Array.from({ length: PROCESSES }, (_, number) => `process ${number}`)
    const processes = await Promise.all(owners.map((own) => startProcess(name, place, id, own)))
    await Promise.all(processes.map(async (hammer) => hammer()))

    const lanes = owners.flatMap((own) =>
      Array.from({ length: LANES }, (_, lane) => [`${own} ${lane}`, String(TURNS)] as const),
    )
    expect(Object.fromEntries((await store.find(id))?.entries ?? [])).toEqual({
      ...Object.fromEntries(lanes),
      all: String(PROCESSES * LANES * TURNS),
      untouched: '"yes"',
    })
  },
)

/** Starts one and gives what makes it begin, which resolves when all its changes were acknowledged. */
async function startProcess(...args: readonly string[]): Promise<() => Promise<void>> {
  const child = fork(join(import.meta.dirname, 'hammer-process.ts'), args, { execArgv: [] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${code}`)))
  await Promise.race([once(child, 'message'), failed])
  return async () => {
    const done = once(child, 'message')
    child.send('begin')
    await Promise.race([done, failed])
  }
}
