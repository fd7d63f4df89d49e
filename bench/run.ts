import { cpus } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { capacity } from './capacity.ts'
import type { Contender, Step } from './contender.ts'
import { coatcheckFresh, contenders, raw, rawWithBuffer } from './contenders.ts'
import { measure, type Timing } from './measure.ts'
import type { Result, Work } from './result.ts'
import { SAMPLE } from './session.ts'

/** Everything that is measured, in one run. */
export async function run(rounds: number, onRound: (round: number) => void): Promise<Result> {
  const floor = await stepsOf(raw)
  const steps = await Promise.all(contenders.map(async (contender) => (contender === raw ? floor : stepsOf(contender))))
  const buffer = await stepsOf(rawWithBuffer)
  const fresh = coatcheckFresh.sealing(SAMPLE)
  const timings = await measure(
    [
      ...[...steps, buffer].flatMap(({ seal, open }) => [
        { step: seal, against: floor.seal },
        { step: open, against: floor.open },
      ]),
      { step: fresh, against: floor.seal },
    ],
    rounds,
    onRound,
  )
  const rows = []
  for (const [at, contender] of contenders.entries()) {
    const { name, version, protection } = contender
    // oxlint-disable-next-line no-await-in-loop -- one at a time, h3 is slow
    const size = await capacity(contender, SAMPLE)
    rows.push({ name, version, protection, ...workAt(timings, at), ...size })
  }
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    node: process.versions.node,
    rounds,
    sampleBytes: Buffer.byteLength(JSON.stringify(SAMPLE)),
    rows,
    bufferKey: workAt(timings, contenders.length),
    freshSession: timingAt(timings, timings.length - 1),
  }
}

interface Steps {
  readonly seal: Step<string>
  readonly open: Step<unknown>
}

/** Both steps, after seeing that the session comes back whole. */
async function stepsOf(contender: Contender): Promise<Steps> {
  const seal = contender.sealing(SAMPLE)
  const open = contender.opening(await seal())
  const back = contender.session(await open())
  if (isDeepStrictEqual({ ...Object(back) }, SAMPLE)) return { seal, open }
  throw new Error(`${contender.name} gives another session back: ${JSON.stringify(back)}`)
}

function workAt(timings: readonly Timing[], contender: number): Work {
  return { seal: timingAt(timings, 2 * contender), open: timingAt(timings, 2 * contender + 1) }
}

function timingAt(timings: readonly Timing[], at: number): Timing {
  const timing = timings[at]
  if (timing === undefined) throw new RangeError(`no timing ${at}`)
  return timing
}
