import { writeFileSync } from 'node:fs'
import { chart } from './chart.ts'
import { readOptions, USAGE, type Options } from './options.ts'
import { table } from './table.ts'

const CHART = new URL('../docs/bench.svg', import.meta.url)

const options = optionsOrExit()
if (globalThis.gc === undefined) process.stderr.write('bench: run it with --expose-gc, as npm run bench does.\n')
const { run } = await import('./run.ts') // After the options, for it starts every contender.
const result = await run(options.rounds, showProgress)
process.stdout.write(`${options.json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)
if (options.chart) writeFileSync(CHART, chart(result))

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [line] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    process.stderr.write(`bench: ${line}. ${USAGE}\n`)
    process.exit(2)
  }
}

function showProgress(round: number): void {
  if (!process.stderr.isTTY) return
  const done = round + 1 === options.rounds
  process.stderr.write(done ? '\r\u001B[K' : `\rround ${round + 1} of ${options.rounds}`)
}
