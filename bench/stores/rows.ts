import { quartiles, type Quartiles } from '../quartiles.ts'
import type { Contender, Framework } from '../servers/contender.ts'
import type { Measured } from '../servers/interleave.ts'
import type { Route } from '../servers/routes.ts'
import type { Slice } from './server.ts'

/** One contender on one route. Ratios are to its framework alone, just before and after. */
export interface Row {
  readonly route: Route
  readonly contender: Contender
  readonly isBare: boolean
  readonly perSecond: number
  readonly ratio: Quartiles
  /** The same, in the order in which it was measured. */
  readonly ratios: readonly number[]
  /** Milliseconds. */
  readonly p99: number
  readonly p99Ratio: Quartiles
  /** Microseconds of the server's processor for a request, how many more than the framework alone, and of Redis. */
  readonly cpu: number
  readonly cpuMore: Quartiles
  readonly redisCpu: number
}

export function rowsOf(
  frameworks: readonly Framework[],
  routes: readonly Route[],
  measured: readonly Measured<Slice>[],
): readonly Row[] {
  return routes.flatMap((route) => {
    const pairsOf = (some: readonly Contender[]): readonly Pair[] =>
      measured
        .filter((each) => each.route === route && some.includes(each.contender))
        .map(({ before, own, after }) => ({ own, alone: mean(before, after) }))
    return frameworks.flatMap(({ bare, contenders }) => {
      const alone = pairsOf(contenders).map((pair) => ({ own: pair.alone, alone: pair.alone }))
      const of = (contender: Contender, pairs: readonly Pair[]): Row => ({
        route,
        contender,
        isBare: contender === bare,
        ...figuresOf(pairs),
      })
      return [of(bare, alone), ...contenders.map((contender) => of(contender, pairsOf([contender])))]
    })
  })
}

/** A slice, and what the framework alone did around it. */
interface Pair {
  readonly own: Slice
  readonly alone: Slice
}

function mean(a: Slice, b: Slice): Slice {
  return {
    perSecond: (a.perSecond + b.perSecond) / 2,
    p99: (a.p99 + b.p99) / 2,
    cpu: (a.cpu + b.cpu) / 2,
    redisCpu: (a.redisCpu + b.redisCpu) / 2,
  }
}

function figuresOf(pairs: readonly Pair[]): Omit<Row, 'route' | 'contender' | 'isBare'> {
  const median = (figure: keyof Slice): number => quartiles(pairs.map(({ own }) => own[figure])).median
  const ratios = pairs.map(({ own, alone }) => own.perSecond / alone.perSecond)
  const over = (combine: (pair: Pair) => number): Quartiles => quartiles(pairs.map(combine))
  return {
    perSecond: median('perSecond'),
    ratio: quartiles(ratios),
    ratios,
    p99: median('p99'),
    p99Ratio: over(({ own, alone }) => own.p99 / alone.p99),
    cpu: median('cpu'),
    cpuMore: over(({ own, alone }) => own.cpu - alone.cpu),
    redisCpu: median('redisCpu'),
  }
}
