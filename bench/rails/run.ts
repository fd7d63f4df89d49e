import { cpus } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { Contender, Step } from '../contender.ts'
import { measure, type Elsewhere, type Timing } from '../measure.ts'
import { SAMPLE } from '../session.ts'
import { coatcheck, coatcheckFresh, COOKIE_NAME, secretKeyBase } from './coatcheck.ts'
import { parts } from './parts.ts'
import { railsRaw } from './raw.ts'
import { startRuby } from './ruby.ts'

export interface Row {
  readonly name: string
  readonly seal: Timing
  readonly open: Timing
}

/** What one run found. */
export interface Result {
  readonly machine: string
  readonly rounds: number
  readonly jsonBytes: number
  readonly plaintextBytes: number
  readonly rows: readonly Row[]
  /** What ours does beyond the raw loop, each by itself. */
  readonly parts: readonly { readonly name: string; readonly timing: Timing }[]
  /** Our public `sessions.seal`. */
  readonly freshSession: Timing
  /** Which Rails was measured, or why none was. */
  readonly rails: { readonly version: string } | { readonly missing: string }
}

/** Everything that is measured, in one run. */
export async function run(rounds: number): Promise<Result> {
  const value = await coatcheck.sealing(SAMPLE)()
  const session = { session_id: 'f'.repeat(32), ...SAMPLE }
  const [ciphertext = ''] = decodeURIComponent(value).split('--')
  const plaintextBytes = Buffer.from(ciphertext, 'base64').length
  const raw = await stepsOf(railsRaw(plaintextBytes), session)
  const own = await stepsOf(coatcheck, SAMPLE)
  const ruby = await startRuby({ name: COOKIE_NAME, secret: secretKeyBase, value, session })
  const rails = typeof ruby === 'string' ? [] : ruby.steps
  if (typeof ruby !== 'string') {
    // Each opens what the other sealed, or they are not measured at the same.
    const back = ruby.sealed.map((text) => coatcheck.session(coatcheck.opening(text)()))
    for (const data of [...ruby.opened, ...back]) assertSample(data)
  }
  const steps: readonly { name: string; seal: Step<unknown> | Elsewhere; open: Step<unknown> | Elsewhere }[] = [
    { name: `raw node:crypto ${process.versions.node}`, ...raw },
    { name: `coatcheck ${coatcheck.version}`, ...own },
    ...rails,
  ]
  const sealOne = coatcheck.sealing(SAMPLE)
  const values = await Promise.all(Array.from({ length: 256 }, async () => sealOne()))
  const extra = parts(values, session, `cookie.${COOKIE_NAME}`)
  const timings = await measure(
    [
      ...steps.flatMap(({ seal, open }) => [
        { step: seal, against: raw.seal },
        { step: open, against: raw.open },
      ]),
      ...extra.map(({ step }) => ({ step, against: raw.open })),
      { step: coatcheckFresh.sealing(SAMPLE), against: raw.seal },
    ],
    rounds,
    () => {},
  )
  if (typeof ruby !== 'string') ruby.end()
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    rounds,
    jsonBytes: Buffer.byteLength(JSON.stringify(session)),
    plaintextBytes,
    rows: steps.map(({ name }, at) => ({
      name,
      seal: timingAt(timings, 2 * at),
      open: timingAt(timings, 2 * at + 1),
    })),
    parts: extra.map(({ name }, at) => ({ name, timing: timingAt(timings, 2 * steps.length + at) })),
    freshSession: timingAt(timings, timings.length - 1),
    rails: typeof ruby === 'string' ? { missing: ruby } : { version: ruby.version },
  }
}

/** Both steps, after seeing that the session comes back whole. */
async function stepsOf(
  contender: Contender,
  session: typeof SAMPLE,
): Promise<{ seal: Step<string>; open: Step<unknown> }> {
  const seal = contender.sealing(session)
  const open = contender.opening(await seal())
  assertSample(contender.session(await open()))
  return { seal, open }
}

/** With the `session_id` or without, which is no data here. */
function assertSample(session: unknown): void {
  const { session_id: _, ...data }: Record<string, unknown> = { ...Object(session) }
  if (!isDeepStrictEqual(data, SAMPLE)) throw new Error(`another session came back: ${JSON.stringify(session)}`)
}

function timingAt(timings: readonly Timing[], at: number): Timing {
  const timing = timings[at]
  if (timing === undefined) throw new RangeError(`no timing ${at}`)
  return timing
}
