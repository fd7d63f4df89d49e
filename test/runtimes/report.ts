import type { Place, RuntimeCase } from './case.ts'

/** What became of one suite in one runtime. */
export interface Report {
  readonly suite: string
  readonly passed: number
  /** The name of each case that failed, with what it threw. */
  readonly failures: readonly string[]
}

export type Reports = readonly Report[]

/** Runs the cases one after the other: some look at what the operator was told last. */
export async function runSuite(suite: string, cases: readonly RuntimeCase[], place: Place): Promise<Report> {
  const failures: string[] = []
  for (const { name, check } of cases) {
    try {
      await check(place)
    } catch (error) {
      failures.push(`${name}\n${error instanceof Error ? `${error.message}\n${error.stack}` : String(error)}`)
    }
  }
  return { suite, passed: cases.length - failures.length, failures }
}
