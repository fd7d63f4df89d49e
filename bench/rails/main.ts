/**
 * What a session in Rails' cookies costs, beside the raw loop and beside Rails itself. Run it with `npm run bench:rails`,
 * `-- --rounds N` for more or fewer.
 */
import { parseArgs } from 'node:util'
import { run } from './run.ts'
import { table } from './table.ts'

const DEFAULT_ROUNDS = 300

if (globalThis.gc === undefined)
  process.stderr.write('bench:rails: run it with --expose-gc, as npm run bench:rails does.\n')
process.stdout.write(`${table(await run(roundsOrExit()))}\n`)

function roundsOrExit(): number {
  let rounds = ''
  try {
    const options = { rounds: { type: 'string', default: String(DEFAULT_ROUNDS) } } as const
    rounds = parseArgs({ options }).values.rounds
  } catch {
    // An option that there is none of: what is said below says what there is.
  }
  if (/^[1-9]\d{0,4}$/.test(rounds)) return Number(rounds)
  process.stderr.write('bench:rails: usage: npm run bench:rails -- [--rounds N], N from 1 to 99999\n')
  process.exit(2)
}
