/**
 * What somebody costs us who invents salts: cookies of valid shape with our key id, each with a salt that no process
 * ever drew. Every one makes us derive a key that is good for nothing. Run it with
 * `npm exec -- node --expose-gc bench/hostile-salts.ts [--cookies N]` after `npm run build`.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import { parseArgs } from 'node:util'
import type * as Index from '../src/index.ts'
import { built } from './built.ts'
import { quartiles } from './quartiles.ts'
import { COOKIE_NAME, SAMPLE } from './session.ts'

const COOKIES = 1_000_000
/** So many are made, unmeasured, and then opened, measured. */
const BATCH = 1000
const SALT_AT = 5
const SALT_BYTES = 16

const { createSessions } = await built<typeof Index>('index.js')
const sessions = createSessions({ name: COOKIE_NAME, secrets: [randomBytes(32).toString('base64url')] })
const honest = sessions.seal(SAMPLE)
const bytes = Buffer.from(honest, 'base64url')

const collect = globalThis.gc
if (collect === undefined) fail('run it with --expose-gc, or the growth of the heap means nothing')
const batches = Math.ceil(cookieCount() / BATCH)

for (let warm = 0; warm < 20; warm++) openBatch(hostileBatch(), 'tampered')
for (let warm = 0; warm < 20; warm++) openBatch(honestBatch(), undefined)

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

const ratios = quartiles(hostileTimes.map((time, at) => time / (honestTimes[at] ?? Number.NaN)))
const early = quartiles(honestTimes.slice(0, Math.ceil(batches / 10))).median
const late = quartiles(honestTimes.slice(-Math.ceil(batches / 10))).median
process.stdout.write(
  [
    `${(batches * BATCH).toLocaleString('en')} cookies with invented salts, all refused as tampered`,
    `one costs ${ratios.median.toFixed(1)} honest opens (${ratios.low.toFixed(1)} to ${ratios.high.toFixed(1)}): ${quartiles(hostileTimes).median.toFixed(1)} µs against ${quartiles(honestTimes).median.toFixed(1)} µs`,
    `an honest open in the last tenth takes ${(late / early).toFixed(2)} of what it took in the first`,
    `heap ${change(before.heap, after.heap)}, buffers ${change(before.buffers, after.buffers)}, resident ${change(before.resident, after.resident)}`,
    `in the second half: heap ${change(middle.heap, after.heap)}, resident ${change(middle.resident, after.resident)}`,
    '',
  ].join('\n'),
)

function cookieCount(): number {
  const { values } = parseArgs({ options: { cookies: { type: 'string' } } })
  const { cookies = String(COOKIES) } = values
  return /^[1-9]\d{2,8}$/.test(cookies) ? Number(cookies) : fail(`--cookies is "${cookies}", expected 100 or more`)
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

function memory(): { heap: number; buffers: number; resident: number } {
  collect?.()
  collect?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed, buffers: external, resident: rss }
}

function change(from: number, to: number): string {
  return `${to < from ? '' : '+'}${mebibytes(to - from)}`
}

function mebibytes(count: number): string {
  return `${(count / 2 ** 20).toFixed(2)} MiB`
}

function fail(why: string): never {
  process.stderr.write(`hostile-salts: ${why}\n`)
  process.exit(2)
}
