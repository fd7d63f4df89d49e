/**
 * What an outage of its database does to a server: what was answered, how fast, how long the event loop was held, and the memory
 * before, during and after. Run it with `npm run bench:outage [-- --client pg] [--seconds 5] [--connections 1500]`;
 * docs/outages.md has its numbers. Exits with 1 where a bound was broken.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../command-line.ts'
import { machine } from '../machine.ts'
import { quantile } from '../quartiles.ts'
import { answerOf } from '../server-process.ts'
import { figure, markdownTable } from '../table-text.ts'
import { startDatabase, type Database } from './databases.ts'
import { CLIENT, CLIENTS, PLACE, type Client, type Ready, type Self } from './environment.ts'
import { flood, hostileVisits, visits, type Tally } from './flood.ts'

/** Between two requests of a visitor of the crowd. */
const REST_MS = 500
/** The longest that our code may hold the event loop for. */
const HELD_MS = 50
const MIB = 2 ** 20

interface Row {
  readonly client: Client
  readonly phase: string
  readonly tally: Tally
  readonly self: Self
}

const { clients, seconds, connections } = optionsOrExit(
  'bench:outage',
  readOptions,
  `Usage: npm run bench:outage -- [--client ${CLIENTS.join(' | ')}] [--seconds N] [--connections N]`,
)
const rows: Row[] = []
// oxlint-disable-next-line no-await-in-loop -- one at a time: each has the machine to itself
for (const client of clients) rows.push(...(await measure(client)))
const broken = rows.filter(({ self }) => self.heldMs > HELD_MS)
const head = [
  '',
  'phase',
  'answers/s',
  '200',
  '503',
  'other',
  'median ms',
  '99 % ms',
  'held ms',
  'heap MiB',
  'resident MiB',
]
const lines = [
  ...markdownTable([head, ...rows.map(cells)], (column) => column < 2),
  '',
  `${machine()}; ${seconds} s per phase; 50 connections without a pause, a crowd of ${connections} with ${REST_MS} ms between two requests.`,
  'Two of three requests read, one writes, one in twenty asks no store; a slide is due on all.',
  broken.length === 0
    ? `The event loop was never held for more than ${HELD_MS} ms.`
    : `Held for more than ${HELD_MS} ms: ${broken.map(({ client, phase }) => `${client}, ${phase}`).join('; ')}.`,
]
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = broken.length === 0 ? 0 : 1

async function measure(client: Client): Promise<Row[]> {
  const database = await startDatabase(client)
  try {
    const server = await startServer(client, database.place)
    try {
      return await phasesOf(client, database, server)
    } finally {
      if (server.process.connected) server.process.disconnect()
    }
  } finally {
    await database.stop()
  }
}

interface RunningServer extends Ready {
  readonly process: ChildProcess
}

async function phasesOf(client: Client, database: Database, { process: server, port, visitors }: RunningServer) {
  const found: Row[] = []
  const honest = visits(visitors)
  const milliseconds = seconds * 1000
  const [few, many] = [
    { connections: 50, milliseconds, rest: 0 },
    { connections, milliseconds, rest: REST_MS },
  ]
  const phase = async (name: string, next: () => Buffer, crowd = few): Promise<void> => {
    await ask(server, 'slides are due')
    const tally = await flood(port, next, crowd)
    found.push({ client, phase: name, tally, self: await ask(server, 'tell') })
  }
  // Unmeasured: V8 compiles, pools open their connections.
  await flood(port, honest, few)
  await phase('before', honest)
  await phase('before, a crowd', honest, many)
  const thaw = await database.freeze()
  await phase(`outage (${database.outage}), a crowd`, honest, many)
  await phase('outage, hostile cookies', hostileVisits(visitors[0] ?? ''))
  await thaw()
  await phase('just after', honest)
  if (database.restart !== undefined) {
    const restarted = database.restart()
    await phase('crash and restart', honest)
    await restarted
  }
  await phase('after', honest)
  return found
}

async function startServer(client: Client, place: string): Promise<RunningServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), {
    env: { ...process.env, [CLIENT]: client, [PLACE]: place },
    execArgv: ['--expose-gc'],
  })
  return { ...(await answerOf<Ready>(child)), process: child }
}

function ask(server: ChildProcess, question: string): Promise<Self> {
  const answer = answerOf<Self>(server)
  server.send(question)
  return answer
}

function cells({ client, phase, tally, self }: Row): string[] {
  const { ok, unavailable, other, latencies } = tally
  return [
    client,
    phase,
    (latencies.length / tally.seconds).toFixed(0),
    ...[ok, unavailable, other].map(String),
    figure(quantile(latencies, 0.5)),
    figure(quantile(latencies, 0.99)),
    figure(self.heldMs),
    figure(self.heap / MIB),
    figure(self.resident / MIB),
  ]
}

function readOptions(args: readonly string[]): { clients: readonly Client[]; seconds: number; connections: number } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      client: { type: 'string', multiple: true },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '1500' },
    },
  })
  const wanted = values.client ?? CLIENTS
  const clientsWanted = CLIENTS.filter((client) => wanted.includes(client))
  if (clientsWanted.length !== wanted.length) throw new RangeError(`--client must be one of ${CLIENTS.join(', ')}`)
  return { clients: clientsWanted, seconds: positive(values.seconds), connections: positive(values.connections) }
}

function positive(text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new RangeError(`${JSON.stringify(text)} must be a number above 0`)
}
