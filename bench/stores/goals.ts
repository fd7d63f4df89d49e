import { quartiles, type Quartiles } from '../quartiles.ts'
import { READ, WRITE, type Route } from '../servers/routes.ts'
import { spread } from '../table-text.ts'
import type { Row } from './rows.ts'

/** What is compared with which: on the same framework, in the same database, each as it is documented. */
const PAIRS = [
  ['express-coatcheck-node-redis', 'express-session'],
  ['express-coatcheck-ioredis', 'express-session'],
  ['fastify-coatcheck-node-redis', 'fastify-session'],
  ['express-coatcheck-postgres', 'express-session-postgres'],
] as const

/** One line for each pair that was measured: what coatcheck serves of its peer's requests. */
export function verdicts(rows: readonly Row[]): string[] {
  const rowOf = (server: string, route: Route): Row | undefined =>
    rows.find((row) => row.route === route && row.contender.server === `stores/contenders/${server}`)
  const lines = PAIRS.flatMap(([own, peer]) => {
    const both = [READ, WRITE].flatMap((route) => {
      const [ours, theirs] = [rowOf(own, route), rowOf(peer, route)]
      return ours === undefined || theirs === undefined ? [] : [{ ours, theirs }]
    })
    const [first] = both
    if (first === undefined) return []
    return `${first.ours.contender.title}, of ${first.theirs.contender.title}: ${both.map(compared).join(', ')}`
  })
  return [
    'Requests of coatcheck, × those of its peer (95% of what that median may be). The goal is to be ahead of each, reading and writing.',
    ...lines,
  ]
}

/** Slice by slice, as both are measured under the same load. */
function compared({ ours, theirs }: { readonly ours: Row; readonly theirs: Row }): string {
  const within = medianWithin(ours.ratios.map((ratio, at) => ratio / (theirs.ratios[at] ?? Number.NaN)))
  const verdict = within.low > 1 ? 'ahead' : within.high < 1 ? 'BEHIND' : 'LEVEL'
  return `${ours.route.path} ${spread(within)} ${verdict}`
}

/**
 * The median, and where that of endless slices would be nineteen times in twenty: the notches of McGill, Tukey and Larsen,
 * "Variations of Box Plots" (1978).
 */
function medianWithin(values: readonly number[]): Quartiles {
  const { low, median, high } = quartiles(values)
  const reach = (1.57 * (high - low)) / Math.sqrt(values.length)
  return { low: median - reach, median, high: median + reach }
}
