import { parseArgs } from 'node:util'

export interface Options {
  readonly rounds: number
  /** Of one slice. */
  readonly milliseconds: number
  readonly json: boolean
}

export const USAGE = 'Usage: npm run bench:stores -- [--rounds N] [--milliseconds N] [--json]'

/** @throws one clear line */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '60' },
      milliseconds: { type: 'string', default: '150' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: count('rounds', values.rounds),
    milliseconds: count('milliseconds', values.milliseconds),
    json: values.json,
  }
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new RangeError(`--${name} is "${text}", expected a number from 1 to 9999`)
}
