import { afterAll, beforeAll, describe } from 'vitest'
import { postgresRegistry } from '../../src/identity/postgres.ts'
import { ODD_CLIENTS, type OddClient } from '../support/postgres-clients.ts'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import { registryContract } from './registry-contract.ts'

let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

describe.each(ODD_CLIENTS)('%s', (name, open) => {
  let opened: OddClient | undefined

  afterAll(() => opened?.end())

  registryContract(`PostgreSQL through ${name}`, async () => postgresRegistry((opened ??= open(server.url)).client))
})
