import { quantile } from '../quartiles.ts'

/** How the cost of something may grow with its size. */
export type Growth = 'flat' | 'linear'

/** One question: what does it cost when there are that many? */
export interface Row {
  readonly title: string
  /** What is counted: `items`, `devices`. */
  readonly unit: string
  readonly sizes: readonly number[]
  readonly allowed: Growth
  /** Gets everything ready for that size and gives what is timed. */
  prepare(size: number): Step | Promise<Step>
}

export type Step = () => unknown

/** A row with what one step took at each size, in microseconds: the median. */
export interface Curve {
  readonly row: Row
  readonly costs: readonly number[]
  /** 0 where the cost does not depend on the size, 1 where it is in proportion, 2 where it is its square. */
  readonly exponent: number
  readonly isFine: boolean
}

/** What a noisy machine adds to an exponent. */
const BOUNDS: Readonly<Record<Growth, number>> = { flat: 0.3, linear: 1.2 }

/** Long enough for a clock, short enough to be undisturbed. */
const SLICE_MS = 10
const WARM_UP_MS = 100

/** All sizes of a row take turns, so that a machine that is slow for a while is slow for each. */
export async function measureRow(row: Row, rounds: number): Promise<Curve> {
  const timed: { readonly step: Step; steps: number; readonly times: number[] }[] = []
  for (const size of row.sizes) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    const step = await row.prepare(size)
    let steps = 1
    for (let spent = 0; spent < WARM_UP_MS;) {
      // oxlint-disable-next-line no-await-in-loop -- the next number depends on it
      const microseconds = await time(step, steps)
      spent += (microseconds * steps) / 1000
      steps = Math.max(1, Math.round((SLICE_MS * 1000) / microseconds))
    }
    timed.push({ step, steps, times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time
    for (const each of timed) each.times.push(await time(each.step, each.steps))
  }
  const costs = timed.map(({ times }) => quantile(times, 0.5))
  const exponent = exponentOf(row.sizes, costs)
  return { row, costs, exponent, isFine: exponent <= BOUNDS[row.allowed] }
}

/** The steepest stretch of the curve: between the ends alone, a cost that explodes late would look tame. */
function exponentOf(sizes: readonly number[], costs: readonly number[]): number {
  let steepest = 0
  for (let from = 0; from < sizes.length; from++) {
    for (let to = from + 1; to < sizes.length; to++) {
      const [small = 1, large = 1, cheap = 1, dear = 1] = [sizes[from], sizes[to], costs[from], costs[to]]
      // Over a stretch of less than three times the size, noise is all that there is to see.
      if (large / small >= 3) steepest = Math.max(steepest, Math.log(dear / cheap) / Math.log(large / small))
    }
  }
  return steepest
}

/** Microseconds of one step. */
async function time(step: Step, steps: number): Promise<number> {
  const began = process.hrtime.bigint()
  for (let count = 0; count < steps; count++) {
    const result = step()
    // oxlint-disable-next-line no-await-in-loop -- as a request does
    if (result instanceof Promise) await result
  }
  return Number(process.hrtime.bigint() - began) / steps / 1000
}
