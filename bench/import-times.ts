import { execFileSync } from 'node:child_process'
import { ROOT } from '../test/package/import-graph.ts'

/** Milliseconds for each import, in the order in which a program has them. */
const PROGRAM = `
const times = []
for (const specifier of process.argv.slice(1)) {
  const began = performance.now()
  await import(specifier)
  times.push(performance.now() - began)
}
console.log(JSON.stringify(times))
`

/** One import after another, in a process that has imported nothing yet. */
export function timesOf(specifiers: readonly string[], env: Readonly<Record<string, string>> = {}): number[] {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM, ...specifiers], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return JSON.parse(output) as number[] // as: the program above prints it
}
