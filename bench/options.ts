import { parseArgs } from 'node:util'

export interface Options {
  readonly rounds: number
  readonly chart: boolean
  readonly json: boolean
}

export const USAGE = 'Usage: npm run bench -- [--rounds N] [--chart] [--json]'

const DEFAULT_ROUNDS = 300

/** @throws one clear line */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string' }, chart: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  const { rounds = String(DEFAULT_ROUNDS), chart = false, json = false } = values
  if (!/^[1-9]\d{0,4}$/.test(rounds)) throw new RangeError(`--rounds is "${rounds}", expected a number from 1 to 99999`)
  return { rounds: Number(rounds), chart, json }
}
