import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Report } from '../report.ts'

/** Only a suite that hangs takes as long. */
export const PATIENCE_MS = 240_000

/** What the suite says that runs in that process, on its last line. @throws where it ended before */
export async function reportsOf(
  program: string,
  args: readonly string[],
  environment: object = {},
): Promise<readonly Report[]> {
  const { stdout } = await promisify(execFile)(program, args, {
    timeout: PATIENCE_MS,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...environment },
  })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  return JSON.parse(line) as readonly Report[] // as: the entries print nothing else
}
