import type { Step } from './contender.ts'
import { quartiles, type Quartiles } from './quartiles.ts'

/** Steps that another process takes and times: microseconds of one of them, over a slice of `SLICE_MS`. */
export interface Elsewhere {
  readonly slice: () => Promise<number>
}

/** A step to be timed; `against` is the step that its ratio is taken to. */
export interface Timed {
  readonly step: Step<unknown> | Elsewhere
  readonly against: Step<unknown>
}

/** How long a step takes, and how often that of `against`; the ratio is what counts on a noisy machine. */
export interface Timing {
  readonly microseconds: number
  readonly ratio: Quartiles
}

const WARM_UP_MS = 250
/** Short beside the turns that an operating system gives to others, so that most slices are undisturbed. */
export const SLICE_MS = 4

/**
 * Times all of them interleaved: each round gives every step a slice of some milliseconds (one run, where that takes
 * longer), in an order that rotates. A ratio is taken within a round, between slices that are fractions of a second
 * apart, so that a machine which is slow for a while is slow for both; the median is taken over the rounds.
 *
 * Before each slice the young garbage of the one before is collected. Not all garbage: a full collection before each of
 * these short slices makes every contender slower, by half and unevenly (coatcheck went from 1.3 to 1.6 × raw), and is
 * nothing that a server does every few milliseconds. It is not the flushing of bytecode; that was tried.
 */
export async function measure(
  timed: readonly Timed[],
  rounds: number,
  onRound: (round: number) => void,
): Promise<Timing[]> {
  const slices: Slice[] = []
  // oxlint-disable-next-line no-await-in-loop -- one at a time
  for (const { step } of timed) slices.push(await prepare(step))
  const steps = timed.map(({ step }) => step)
  for (let round = 0; round < rounds; round++) {
    onRound(round)
    for (let place = 0; place < slices.length; place++) {
      globalThis.gc?.({ type: 'minor' })
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await slices[(place + round) % slices.length]?.run()
    }
  }
  return timed.map(({ against }, at) => {
    const own = slices[at]?.times ?? []
    const other = slices[steps.indexOf(against)]?.times ?? []
    const ratios = own.map((time, round) => time / (other[round] ?? Number.NaN))
    return { microseconds: quartiles(own).median, ratio: quartiles(ratios) }
  })
}

interface Slice {
  /** Microseconds of one step, by round. */
  readonly times: readonly number[]
  run(): Promise<void>
}

/** Runs the step until it is hot and its slice's number of steps is known. */
async function prepare(step: Step<unknown> | Elsewhere): Promise<Slice> {
  const times: number[] = []
  if ('slice' in step) {
    await step.slice()
    return { times, run: async () => void times.push(await step.slice()) }
  }
  const time = step() instanceof Promise ? timeAwaited : timeDirect
  let steps = 1
  let microseconds = await time(step, steps)
  for (let spent = 0; spent < WARM_UP_MS; spent += (microseconds * steps) / 1000) {
    steps = Math.max(1, Math.round((SLICE_MS * 1000) / microseconds))
    // oxlint-disable-next-line no-await-in-loop -- the next number depends on it
    microseconds = await time(step, steps)
  }
  return {
    times,
    async run() {
      times.push(await time(step, steps))
    },
  }
}

/** Microseconds of one step, without a promise in the loop: an await costs what a fiftieth of a seal does. */
function timeDirect(step: Step<unknown>, steps: number): number {
  const began = process.hrtime.bigint()
  for (let count = 0; count < steps; count++) void step()
  return Number(process.hrtime.bigint() - began) / steps / 1000
}

async function timeAwaited(step: Step<unknown>, steps: number): Promise<number> {
  const began = process.hrtime.bigint()
  // oxlint-disable-next-line no-await-in-loop -- as a request does
  for (let count = 0; count < steps; count++) await step()
  return Number(process.hrtime.bigint() - began) / steps / 1000
}
