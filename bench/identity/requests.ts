import { join } from 'node:path'
import { seedDatabase } from '../../examples/billing/data/seed.ts'
import { inTurn, requestBytes, runLoad } from '../load.ts'
import { quartiles, type Quartiles } from '../quartiles.ts'
import { startServerProcess, type ServerProcess } from '../server-process.ts'
import { POSTGRES, VARIANT, VARIANTS, type Ready, type Variant } from './variants.ts'

/** What a dashboard costs when it is known whose it is. */
export interface RequestRow {
  readonly title: string
  readonly requestsPerSecond: number
  /** Of the server's processor time, a request, in microseconds. */
  readonly cpuMicroseconds: number
  /** Requests a second against those without a session, within each round. */
  readonly ratio: Quartiles
  /** Processor time a request against that without a session. */
  readonly cpuRatio: Quartiles
}

const SLICE_MS = 1000
const WARM_UP_MS = 2000

/** One server process a variant, of which one works at a time. */
export async function measureRequests(
  directory: string,
  postgresUrl: string,
  rounds: number,
  onRound: (round: number) => void,
): Promise<readonly RequestRow[]> {
  const database = join(directory, 'billing.db')
  await seedDatabase(database, { endSessions: false })
  const servers: Server[] = []
  try {
    // oxlint-disable-next-line no-await-in-loop -- one at a time, so that each warms up undisturbed
    for (const { variant } of VARIANTS) servers.push(await startServer(variant, database, postgresUrl))
    for (let round = 0; round < rounds; round++) {
      onRound(round)
      for (let place = 0; place < servers.length; place++) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, in an order that rotates
        await servers[(place + round) % servers.length]?.slice()
      }
    }
    return VARIANTS.map(({ title }, at) => rowOf(title, servers[at]?.slices ?? [], servers[0]?.slices ?? []))
  } finally {
    for (const server of servers) server.close()
  }
}

interface Slice {
  readonly perSecond: number
  readonly cpu: number
}

interface Server {
  readonly slices: readonly Slice[]
  slice(): Promise<void>
  close(): void
}

async function startServer(variant: Variant, database: string, postgresUrl: string): Promise<Server> {
  const server = await startServerProcess<Ready>(join(import.meta.dirname, 'server.ts'), {
    BILLING_DATABASE: database,
    [VARIANT]: variant,
    [POSTGRES]: postgresUrl,
  })
  const { port, cookieHeader } = server.ready
  const next = inTurn([requestBytes('GET', '/dashboard', cookieHeader)])
  await runLoad(port, next, WARM_UP_MS)
  const slices: Slice[] = []
  return {
    slices,
    async slice() {
      slices.push(await sliceOf(server, next))
    },
    close: () => server.close(),
  }
}

async function sliceOf(server: ServerProcess<Ready>, next: () => Buffer): Promise<Slice> {
  const before = await server.cpu()
  const { requests, seconds } = await runLoad(server.ready.port, next, SLICE_MS)
  return { perSecond: requests / seconds, cpu: ((await server.cpu()) - before) / requests }
}

function rowOf(title: string, own: readonly Slice[], none: readonly Slice[]): RequestRow {
  return {
    title,
    requestsPerSecond: quartiles(own.map(({ perSecond }) => perSecond)).median,
    cpuMicroseconds: quartiles(own.map(({ cpu }) => cpu)).median,
    ratio: quartiles(own.map(({ perSecond }, round) => perSecond / (none[round]?.perSecond ?? Number.NaN))),
    cpuRatio: quartiles(own.map(({ cpu }, round) => cpu / (none[round]?.cpu ?? Number.NaN))),
  }
}
