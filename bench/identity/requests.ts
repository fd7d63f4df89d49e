import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { seedDatabase } from '../../examples/billing/data/seed.ts'
import { quartiles, type Quartiles } from '../quartiles.ts'
import { openLoad, type Load } from './load.ts'
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
  const child = fork(join(import.meta.dirname, 'server.ts'), {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      BILLING_DATABASE: database,
      [VARIANT]: variant,
      [POSTGRES]: postgresUrl,
    },
  })
  const ready = await answerOf<Ready>(child)
  const load = openLoad(ready)
  await load.run(WARM_UP_MS)
  const slices: Slice[] = []
  return {
    slices,
    async slice() {
      slices.push(await sliceOf(child, load))
    },
    close() {
      load.close()
      child.disconnect()
    },
  }
}

async function sliceOf(child: ChildProcess, load: Load): Promise<Slice> {
  const before = await cpuOf(child)
  const { requests, seconds } = await load.run(SLICE_MS)
  return { perSecond: requests / seconds, cpu: ((await cpuOf(child)) - before) / requests }
}

function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  return answerOf<number>(child)
}

/** The next message, or why there will be none. */
async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const settled = new AbortController()
  const { signal } = settled
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`a server of the benchmark ended with ${String(code)}`)
    })
    const [answer]: unknown[] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer as Answer // as: server.ts wrote it
  } finally {
    // Neither is waited for any more, which rejects the other one without anybody to hear it.
    settled.abort()
  }
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
