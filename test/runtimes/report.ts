import type { Runtime, Suite } from './suites.ts'

/** What became of one suite in one runtime. */
export interface Report {
  readonly suite: string
  readonly passed: number
  /** The name of each case that failed, with what it threw. */
  readonly failures: readonly string[]
}

/** Runs the suites, and their cases, one after the other: some look at what the operator was told last. */
export async function runSuites(suites: readonly Suite[], runtime: Runtime): Promise<Report[]> {
  const reports: Report[] = []
  for (const { title, where, cases, start } of suites) {
    const { origin, stop } = await start(runtime)
    const failures: string[] = []
    for (const { name, check } of cases) {
      try {
        await check({ ...runtime, origin })
      } catch (error) {
        failures.push(
          `${where === undefined ? title : `${title}, ${where}`}: ${name}\n${error instanceof Error ? `${error.message}\n${error.stack}` : String(error)}`,
        )
      }
    }
    await stop()
    reports.push({ suite: title, passed: cases.length - failures.length, failures })
  }
  return reports
}
