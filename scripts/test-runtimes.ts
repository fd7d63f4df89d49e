import { join } from 'node:path'
import { binary, installBinaries, versionOf, type Program } from '../test/runtimes/machine/binaries.ts'
import { reportsOf } from '../test/runtimes/machine/run.ts'
import { reportsOfWorker } from '../test/runtimes/machine/workerd.ts'
import type { Report } from '../test/runtimes/report.ts'
import { RedisServer } from '../test/support/redis.ts'

/** Runs the suite of `test/runtimes` under Bun, Deno and workerd, from their npm packages. Run by `npm run test:runtimes`. */
const folder = join(import.meta.dirname, '../test/runtimes')

/** What `docs/runtimes.md` says that it takes. */
const DENO = ['run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env', '--allow-read']

installBinaries()
const redis = await RedisServer.start()
try {
  const environment = { REDIS_URL: redis.url }
  const outcomes = [
    await run(['bun'], (bun) => reportsOf(bun, [join(folder, 'bun.ts')], environment)),
    await run(['deno'], (deno) => reportsOf(deno, [...DENO, join(folder, 'deno.ts')], environment)),
    await run(['workerd', 'esbuild'], (workerd, esbuild) => reportsOfWorker(workerd, esbuild)),
  ]
  process.exitCode = outcomes.every(Boolean) ? 0 : 1
} finally {
  await redis.stop()
}

/** Whether nothing failed. */
async function run(
  [runtime, tool = runtime]: readonly [Program, Program?],
  start: (runtime: string, tool: string) => Promise<readonly Report[]>,
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

function tell(title: string, reports: readonly Report[]): boolean {
  const failures = reports.flatMap((report) => report.failures)
  const passed = reports.reduce((sum, report) => sum + report.passed, 0)
  const bySuite = Map.groupBy(reports, ({ suite }) => suite)
  const parts = [...bySuite].map(([suite, all]) => `${suite} ${all.reduce((sum, report) => sum + report.passed, 0)}`)
  console.log(
    `${title}: ${passed} passed${failures.length === 0 ? '' : `, ${failures.length} FAILED`} (${parts.join(', ')})`,
  )
  for (const failure of failures) console.log(failure.replaceAll(/^/gm, '  '))
  return failures.length === 0
}
