import { quartiles, type Quartiles } from '../quartiles.ts'
import type { Contender } from '../servers/contender.ts'
import type { Measured } from '../servers/interleave.ts'
import type { Route } from '../servers/routes.ts'
import type { Work } from '../servers/working-server.ts'
import type { HttpFramework } from './contenders.ts'

/** One contender on one route of its framework. */
export interface Row {
  readonly framework: HttpFramework
  readonly route: Route
  readonly contender: Contender
  /** Requests in a second of the clock, as a share of what the framework alone answered just before and after. */
  readonly byClock: Quartiles
  /** The same in a second of the server's own processor time. */
  readonly byCpu: Quartiles
  /** That share as a multiple of the one that is written by hand, in the same round. */
  readonly byCpuOfHand: Quartiles
  /** Microseconds of the server's processor for a request, and of the framework alone. */
  readonly cpu: number
  readonly cpuAlone: number
}

/** @param measured every contender as often as there were rounds */
export function rowsOf(
  frameworks: readonly HttpFramework[],
  routes: readonly Route[],
  measured: readonly Measured<Work>[],
): readonly Row[] {
  const sharesOf = (contender: Contender, route: Route): readonly Share[] =>
    measured.filter((each) => each.contender === contender && each.route === route).map(shareOf)
  return frameworks.flatMap((framework) =>
    routes.flatMap((route) => {
      const hand = sharesOf(framework.handWritten, route)
      return framework.contenders.flatMap((contender) => {
        const own = sharesOf(contender, route)
        const over = (combine: (share: Share, round: number) => number): Quartiles => quartiles(own.map(combine))
        if (own.length === 0) return []
        return {
          framework,
          route,
          contender,
          byClock: over(({ byClock }) => byClock),
          byCpu: over(({ byCpu }) => byCpu),
          byCpuOfHand: over(({ byCpu }, round) => byCpu / (hand[round]?.byCpu ?? Number.NaN)),
          cpu: over(({ cpu }) => cpu).median,
          cpuAlone: over(({ cpuAlone }) => cpuAlone).median,
        }
      })
    }),
  )
}

interface Share {
  readonly byClock: number
  readonly byCpu: number
  readonly cpu: number
  readonly cpuAlone: number
}

function shareOf({ before, own, after }: Measured<Work>): Share {
  const cpuAlone = (before.cpu + after.cpu) / 2
  return {
    byClock: (2 * perSecond(own)) / (perSecond(before) + perSecond(after)),
    byCpu: cpuAlone / own.cpu,
    cpu: own.cpu,
    cpuAlone,
  }
}

function perSecond({ load }: Work): number {
  return load.requests / load.seconds
}
