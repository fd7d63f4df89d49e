import { parseArgs } from 'node:util'

/** How much is measured. */
export interface Options {
  readonly rounds: number
  /** Of one slice. */
  readonly milliseconds: number
  readonly json: boolean
  /** The only framework that is measured, by the name of its file; all of them where it is left out. */
  readonly framework: string | undefined
}

export const USAGE = '[--rounds N] [--milliseconds N] [--framework NAME] [--json]'

/** @throws one clear line */
export function readOptions(args: readonly string[], defaults: { rounds: string; milliseconds: string }): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: defaults.rounds },
      milliseconds: { type: 'string', default: defaults.milliseconds },
      framework: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: count('rounds', values.rounds),
    milliseconds: count('milliseconds', values.milliseconds),
    json: values.json,
    framework: values.framework,
  }
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new RangeError(`--${name} is "${text}", expected a number from 1 to 9999`)
}
