/**
 * What somebody costs us who invents salts: cookies of valid shape with our key id, each with a salt that no process
 * ever drew. Every one makes us derive a key that is good for nothing. Then what one request costs whose header is full of them,
 * over HTTP, beside an honest one. Run it with
 * `npm exec -- node --expose-gc bench/hostile-salts.ts [--cookies N]` after `npm run build`.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import type * as Node from '../src/adapters/node.ts'
import type * as Index from '../src/index.ts'
import { built } from './built.ts'
import { quartiles } from './quartiles.ts'
import { COOKIE_NAME, SAMPLE } from './session.ts'

const COOKIES = 1_000_000
/** So many are made, unmeasured, and then opened, measured. */
const BATCH = 100
/** Whole requests: so many a round and kind. */
const REQUESTS = 50
const REQUEST_ROUNDS = 30
const SALT_AT = 5
const SALT_BYTES = 16

const { createSessions } = await built<typeof Index>('index.js')
// An honest open is one that decrypts: a visitor's first.
const sessions = createSessions({
  name: COOKIE_NAME,
  secrets: [randomBytes(32).toString('base64url')],
  cacheBytes: 0,
})
const honest = sessions.seal(SAMPLE)
const bytes = Buffer.from(honest, 'base64url')

const collect = globalThis.gc
if (collect === undefined) fail('run it with --expose-gc, or the growth of the heap means nothing')
const batches = Math.ceil(cookieCount() / BATCH)

for (let warm = 0; warm < 200; warm++) openBatch(hostileBatch(), 'tampered')
for (let warm = 0; warm < 200; warm++) openBatch(honestBatch(), undefined)

const before = memory()
const honestTimes: number[] = []
const hostileTimes: number[] = []
let middle = before
for (let batch = 0; batch < batches; batch++) {
  hostileTimes.push(openBatch(hostileBatch(), 'tampered'))
  // Between the hostile ones, so that a honest key that was pushed out would show as an open that derives again.
  honestTimes.push(openBatch(honestBatch(), undefined))
  if (batch === Math.floor(batches / 2)) middle = memory()
}
const after = memory()

const factors = hostileTimes.map((time, at) => time / (honestTimes[at] ?? Number.NaN))
const tenth = Math.ceil(batches / 10)
const { low, median, high } = quartiles(factors)
const first = quartiles(factors.slice(0, tenth)).median
const last = quartiles(factors.slice(-tenth)).median
const lines = [
  `${(batches * BATCH).toLocaleString('en')} cookies with invented salts, every one refused as tampered, as many honest opens between`,
  `one costs ${median.toFixed(1)} honest opens (${low.toFixed(1)} to ${high.toFixed(1)}); first tenth ${first.toFixed(1)}, last ${last.toFixed(1)}`,
  `(it would fall to about 1 if honest keys were pushed out)`,
  `heap ${grown(before.heap, after.heap)}, native ${grown(before.native, after.native)};`,
  `of that in the second half: heap ${grown(middle.heap, after.heap)}, native ${grown(middle.native, after.native)}`,
]
process.stdout.write(`${lines.join('\n')}\n`)
for (const line of await wholeRequests()) process.stdout.write(`${line}\n`)

/** Processor time of the server and its client in one process: of an honest request, and of the most that one header costs. */
async function wholeRequests(): Promise<string[]> {
  const { session } = await built<typeof Node>('adapters/node.js')
  const server = createServer(
    session(sessions, (incoming, response) => {
      response.end(JSON.stringify(sessions.of(incoming)['accountId']))
    }),
  ).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo // as: it listens on a port
  const ask = (cookie: string): Promise<void> =>
    new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', headers: { cookie } }, (answer) => answer.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
  const headers: Record<string, () => string> = {
    'an honest cookie': () => headerOf(honestBatch().slice(0, 1)),
    '16 invented salts': () => headerOf(hostileBatch().slice(0, 16)),
    '16 forged cookies': () => headerOf(Array.from({ length: 16 }, forged)),
    '1,000 cookies of rubbish': () => headerOf(Array.from({ length: 1000 }, () => randomBytes(3).toString('hex'))),
  }
  const times = new Map<string, number[]>()
  for (let round = 0; round < REQUEST_ROUNDS; round++) {
    for (const [name, header] of Object.entries(headers)) {
      const ready = Array.from({ length: REQUESTS }, header)
      const { user, system } = process.cpuUsage()
      // oxlint-disable-next-line no-await-in-loop -- one at a time, as each costs
      for (const cookie of ready) await ask(cookie)
      const used = process.cpuUsage({ user, system })
      times.set(name, [...(times.get(name) ?? []), (used.user + used.system) / REQUESTS])
    }
  }
  server.close()
  server.closeAllConnections()
  const floor = times.get('an honest cookie') ?? []
  return [...times].map(([name, own]) => {
    const ratio = quartiles(own.map((time, at) => time / (floor[at] ?? Number.NaN)))
    return `a whole request with ${name}: ${ratio.median.toFixed(2)} honest ones (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`
  })
}

function cookieCount(): number {
  const cookies = cookiesOption()
  return /^[1-9]\d{3,8}$/.test(cookies) ? Number(cookies) : fail(`--cookies is "${cookies}", expected 1000 or more`)
}

function cookiesOption(): string {
  try {
    return parseArgs({ options: { cookies: { type: 'string', default: String(COOKIES) } } }).values.cookies
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    return fail(`${line}. Usage: hostile-salts.ts [--cookies N]`)
  }
}

function hostileBatch(): string[] {
  return Array.from({ length: BATCH }, () => {
    randomFillSync(bytes, SALT_AT, SALT_BYTES)
    return bytes.toString('base64url')
  })
}

/** Copies, because a text that was looked up once already knows its hash. */
function honestBatch(): string[] {
  const latin = Buffer.from(honest, 'latin1')
  return Array.from({ length: BATCH }, () => latin.toString('latin1'))
}

/** Microseconds of one open. */
function openBatch(texts: readonly string[], expected: string | undefined): number {
  let wrong = 0
  const began = process.hrtime.bigint()
  for (const text of texts) {
    const opened = sessions.open(text)
    if ((opened.ok ? undefined : opened.reason) !== expected) wrong++
  }
  const took = Number(process.hrtime.bigint() - began) / texts.length / 1000
  if (wrong > 0) fail(`${wrong} of ${texts.length} cookies were not ${expected ?? 'opened'}`)
  return took
}

/** After a collection. Native memory is what is resident and no part of V8's heap, which V8 gives back when it likes. */
function memory(): { heap: number; native: number } {
  collect?.()
  collect?.()
  const { heapUsed, heapTotal, rss } = process.memoryUsage()
  return { heap: heapUsed, native: rss - heapTotal }
}

function grown(from: number, to: number): string {
  return `${to < from ? '' : '+'}${((to - from) / 2 ** 20).toFixed(2)} MiB`
}

function fail(why: string): never {
  process.stderr.write(`hostile-salts: ${why}\n`)
  process.exit(2)
}

function headerOf(texts: readonly string[]): string {
  return texts.map((text) => `${COOKIE_NAME}=${text}`).join('; ')
}

/** Our salt, and a tag that nobody made. */
function forged(): string {
  const copy = Buffer.from(honest, 'base64url')
  randomFillSync(copy, copy.length - 16)
  return copy.toString('base64url')
}
