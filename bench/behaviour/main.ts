import { parseArgs } from 'node:util'
import { replaceClock } from './clock.ts'
import { table } from './table.ts'

const json = wantsJson()
replaceClock()
const { run } = await import('./run.ts') // After the clock, for it imports every contender.
const result = await run()
process.stdout.write(`${json ? JSON.stringify(result, undefined, 2) : table(result)}\n`)

function wantsJson(): boolean {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values.json
  } catch (error) {
    // Node's own messages go on with advice after the first sentence.
    const [line] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    process.stderr.write(`compare: ${line}. Usage: npm run compare -- [--json]\n`)
    process.exit(2)
  }
}
