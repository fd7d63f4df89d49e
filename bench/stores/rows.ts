import { quartiles, type Quartiles } from '../quartiles.ts'
import type { Contender, Framework } from './contender.ts'
import type { Route } from './routes.ts'
import type { Slice } from './server.ts'

/** One slice of one contender, in the order in which they were taken. */
export interface Measured {
  readonly contender: Contender
  readonly route: Route
  readonly slice: Slice
}

/** One contender on one route. Ratios are to its framework alone, in the same round. */
export interface Row {
  readonly route: Route
  readonly contender: Contender
  readonly isBare: boolean
  readonly perSecond: number
  readonly ratio: Quartiles
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
  measured: readonly Measured[],
): readonly Row[] {
  return routes.flatMap((route) => {
    const slicesOf = (contender: Contender): readonly Slice[] =>
      measured.filter((each) => each.contender === contender && each.route === route).map(({ slice }) => slice)
    return frameworks.flatMap(({ bare, contenders }) => {
      const alone = meansOfPairs(slicesOf(bare))
      const of = (contender: Contender, slices: readonly Slice[]): Row => ({
        route,
        contender,
        isBare: contender === bare,
        ...figuresOf(slices, alone),
      })
      return [of(bare, alone), ...contenders.map((contender) => of(contender, slicesOf(contender)))]
    })
  })
}

/** A framework alone has two slices in each round: one before and one after its contenders. */
function meansOfPairs(slices: readonly Slice[]): readonly Slice[] {
  return slices.flatMap((before, at) => {
    const after = slices[at + 1]
    return at % 2 === 0 && after !== undefined ? [mean(before, after)] : []
  })
}

function mean(a: Slice, b: Slice): Slice {
  return {
    perSecond: (a.perSecond + b.perSecond) / 2,
    p99: (a.p99 + b.p99) / 2,
    cpu: (a.cpu + b.cpu) / 2,
    redisCpu: (a.redisCpu + b.redisCpu) / 2,
  }
}

function figuresOf(own: readonly Slice[], alone: readonly Slice[]): Omit<Row, keyof Measured | 'isBare'> {
  const median = (figure: keyof Slice): number => quartiles(own.map((slice) => slice[figure])).median
  const within = (combine: (own: Slice, alone: Slice) => number): Quartiles =>
    quartiles(own.flatMap((slice, round) => alone.slice(round, round + 1).map((other) => combine(slice, other))))
  return {
    perSecond: median('perSecond'),
    ratio: within((slice, other) => slice.perSecond / other.perSecond),
    p99: median('p99'),
    p99Ratio: within((slice, other) => slice.p99 / other.p99),
    cpu: median('cpu'),
    cpuMore: within((slice, other) => slice.cpu - other.cpu),
    redisCpu: median('redisCpu'),
  }
}
