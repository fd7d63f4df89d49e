import { writeFileSync } from 'node:fs'
import { chart } from './chart.ts'
import { optionsOrExit, showProgress } from './command-line.ts'
import { readOptions, USAGE } from './options.ts'
import { table } from './table.ts'

const CHART = new URL('../docs/bench.svg', import.meta.url)

const options = optionsOrExit('bench', readOptions, USAGE)
if (globalThis.gc === undefined) process.stderr.write('bench: run it with --expose-gc, as npm run bench does.\n')
const { run } = await import('./run.ts') // After the options, for it starts every contender.
const result = await run(options.rounds, (round) => showProgress('round', round, options.rounds))
process.stdout.write(`${options.json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
if (options.chart) writeFileSync(CHART, chart(result))
