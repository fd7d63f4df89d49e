import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Forked } from '../support/forked.ts'
import { startPostgres } from '../support/postgres.ts'
import { RedisServer } from '../support/redis.ts'
import { SECRET } from '../support/visitor.ts'
import { App, Browser } from './browser.ts'
import { LANES, SECRET_VARIABLE, TURNS } from './hammer.ts'
import { openStore } from './process-stores.ts'
import { proof } from '../support/proof.ts'

const PROCESSES = proof(8, 4)

async function startRedis(): Promise<string> {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  return server.url
}

async function startPostgresServer(): Promise<string> {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  return server.url
}

async function makeFile(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-processes-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'sessions.db')
}

test.each([
  ['Redis, by node-redis', startRedis],
  ['Redis, by ioredis', startRedis],
  ['PostgreSQL', startPostgresServer],
  ['SQLite', makeFile],
])(
  `of ${LANES * TURNS * 2} parallel requests that each of ${PROCESSES} processes answers in one session, no write is lost: %s`,
  async (name, start) => {
    const place = await start()
    const { store, close } = await openStore(name, place)
    onTestFinished(() => void close())
    const browser = new Browser(new App({ store }))
    await browser.visit((session) => {
      session['all'] = 0
      session['untouched'] = 'yes'
    })

    const owners = Array.from({ length: PROCESSES }, (_, number) => `process ${number}`)
    const cookie = browser.cookie ?? ''
    const processes = await Promise.all(owners.map((own) => startProcess(name, place, cookie, own)))
    await Promise.all(processes.map(async (hammer) => hammer()))

    const lanes = owners.flatMap((own) =>
      Array.from({ length: LANES }, (_, lane) => [`${own} ${lane}`, TURNS] as const),
    )
    expect(await browser.data()).toEqual({
      ...Object.fromEntries(lanes),
      all: PROCESSES * LANES * TURNS,
      untouched: 'yes',
    })
  },
)

/** Starts one and gives what makes it begin, which resolves when all its changes were acknowledged. */
async function startProcess(...args: readonly string[]): Promise<() => Promise<unknown>> {
  const file = join(import.meta.dirname, 'hammer-process.ts')
  const { process } = await Forked.start(file, args, { [SECRET_VARIABLE]: SECRET })
  return () => process.ask('begin')
}
