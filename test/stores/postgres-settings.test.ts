import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import postgres from 'postgres'
import { postgresStore, type SqlSessionStore } from '../../src/stores/postgres.ts'
import { ODD_CLIENTS, type OddClient } from '../support/postgres-clients.ts'
import { pgPool } from '../support/pg-pool.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { contractTests } from './contract.ts'
import { likeMemory } from './like-memory.ts'

let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

describe.each(ODD_CLIENTS)('postgresStore through %s', (_, openClient) => {
  const clients: OddClient[] = []
  const stores: SqlSessionStore[] = []
  let opened = 0

  beforeAll(async () => {
    clients.push(...Array.from({ length: 3 }, () => openClient(server.url)))
    stores.push(...clients.map(({ client }) => postgresStore(client)))
    await stores[0]?.migrate()
  })

  afterAll(() => Promise.all(clients.map(({ end }) => end())))

  const open = async () => {
    const store = stores[opened++ % stores.length]
    if (store === undefined) throw new Error('none is open')
    return store
  }

  contractTests(open)
  likeMemory(open)
})

test('a client that changes whole rows, or their bytes, is refused by the name of its setting', async () => {
  const sql = postgres(server.url, { transform: { row: (row) => ({ row }) } })
  expect(() => postgresStore(sql)).toThrow(/^postgresStore was given a client with transform\.row/)
  await sql.end()
  const binary = Object.assign({ max: 1 }, { binary: true })
  expect(() => postgresStore(pgPool(server.url, binary))).toThrow(/binary: true/)
})
