import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath } from '../test/support/chromium.ts'
import { postgresPrograms } from '../test/support/postgres-binary.ts'
import { redisServer } from '../test/support/redis-binary.ts'
import { valkeyServer } from '../test/support/valkey-binary.ts'

/**
 * Runs vitest with the arguments given, and ends with a line that a machine can read: `N passed, N failed`. The exit code
 * is vitest's own.
 */
const needed = [
  chromiumPath,
  redisServer,
  postgresPrograms,
  ...(process.env['VALKEY_URL'] === undefined ? [valkeyServer] : []),
]
// Here and once: two test files that both install something would stand in each other's way.
const missing = needed.flatMap(reasonAgainst)
if (missing.length > 0) {
  console.error(`The tests did not run. ${missing.join(' ')}`)
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-test-'))
const report = join(folder, 'report.json')

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})

const exitCode = status ?? 1
const { passed, failed } = count()
// What fails outside of every test (an unhandled rejection, a crash) still is a failure.
console.log(`${passed} passed, ${exitCode === 0 ? failed : Math.max(failed, 1)} failed`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = exitCode

/** What keeps it from being found or installed: one sentence, or none. */
function reasonAgainst(find: () => unknown): readonly string[] {
  try {
    find()
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** The tests that passed and failed; a file that could not even be loaded counts as one that failed. */
function count(): { passed: number; failed: number } {
  let text: string
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    return { passed: 0, failed: 1 } // vitest ended before it could report
  }
  // as: the part of vitest's report that is read here
  const { testResults } = JSON.parse(text) as {
    testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[]
  }
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + unloaded.length,
  }
}
