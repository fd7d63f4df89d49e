import { join } from 'node:path'
import { binary, installBinaries, versionOf, type Program } from '../test/runtimes/machine/binaries.ts'
import { reportsOf } from '../test/runtimes/machine/run.ts'
import { reportsOfWorker } from '../test/runtimes/machine/workerd.ts'
import type { Reports } from '../test/runtimes/report.ts'

/** Runs the suite of `test/runtimes` under Bun, Deno and workerd, from their npm packages. Run by `npm run test:runtimes`. */
const folder = join(import.meta.dirname, '../test/runtimes')

installBinaries()
const outcomes = [
  await run(['bun'], (bun) => reportsOf(bun, [join(folder, 'bun.ts')])),
  await run(['deno'], (deno) => reportsOf(deno, ['run', '--allow-all', '--no-prompt', join(folder, 'deno.ts')])),
  await run(['workerd', 'esbuild'], (workerd, esbuild) => reportsOfWorker(workerd, esbuild)),
]
process.exitCode = outcomes.every(Boolean) ? 0 : 1

/** Whether nothing failed. */
async function run(
  [runtime, tool = runtime]: readonly [Program, Program?],
  start: (runtime: string, tool: string) => Promise<Reports>,
): Promise<boolean> {
  const [program, other] = [binary(runtime), binary(tool)]
  if (program === undefined || other === undefined) {
    console.log(`${runtime} did not run: npm has no binary of it for ${process.platform} on ${process.arch}.`)
    return true
  }
  const title = `${runtime} ${versionOf(program)}`
  try {
    return tell(title, await start(program, other))
  } catch (error) {
    console.log(`${title}: FAILED before the suite was over: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

function tell(title: string, reports: Reports): boolean {
  const failures = reports.flatMap((report) => report.failures)
  const passed = reports.reduce((sum, report) => sum + report.passed, 0)
  const parts = reports.map((report) => `${report.suite} ${report.passed}`).join(', ')
  console.log(`${title}: ${passed} passed${failures.length === 0 ? '' : `, ${failures.length} FAILED`} (${parts})`)
  for (const failure of failures) console.log(failure.replaceAll(/^/gm, '  '))
  return failures.length === 0
}
