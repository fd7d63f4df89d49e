import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Framework } from './contender.ts'
import type { Extent } from './interleave.ts'
import type { Route } from './routes.ts'

/** What is measured. */
interface Subject<Measured extends Framework> {
  readonly frameworks: readonly Measured[]
  readonly routes: readonly Route[]
}

export interface Options<Measured extends Framework> extends Subject<Measured>, Extent {
  readonly json: boolean
}

/** All that can be measured, and how much of it where nothing is said. */
export interface Choice<Measured extends Framework> extends Subject<Measured> {
  readonly rounds: string
  readonly milliseconds: string
}

export const USAGE = '[--starts N] [--rounds N] [--milliseconds N] [--framework NAME] [--route NAME] [--json]'

/** @throws one clear line */
export function readOptions<Measured extends Framework>(
  args: readonly string[],
  { rounds, milliseconds, frameworks, routes }: Choice<Measured>,
): Options<Measured> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      starts: { type: 'string', default: '1' },
      rounds: { type: 'string', default: rounds },
      milliseconds: { type: 'string', default: milliseconds },
      framework: { type: 'string' },
      route: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    starts: count('starts', values.starts),
    rounds: count('rounds', values.rounds),
    milliseconds: count('milliseconds', values.milliseconds),
    json: values.json,
    frameworks: chosen('framework', values.framework, frameworks, ({ bare }) => basename(bare.server)),
    routes: chosen('route', values.route, routes, ({ path }) => basename(path)),
  }
}

/** The one with that name, or all of them where none is said. */
function chosen<One>(
  option: string,
  name: string | undefined,
  all: readonly One[],
  nameOf: (one: One) => string,
): readonly One[] {
  const named = all.filter((one) => name === undefined || nameOf(one) === name)
  if (named.length > 0) return named
  throw new RangeError(`--${option} is "${name}", expected one of ${all.map(nameOf).join(', ')}`)
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new RangeError(`--${name} is "${text}", expected a number from 1 to 9999`)
}
