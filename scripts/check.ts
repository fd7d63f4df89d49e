import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Everything that must hold besides the tests, as the names of npm scripts. All of them run, so that one run tells
 * everything; what fails is printed in full, and the last line names it again.
 */
const CHECKS = ['format:check', 'lint', 'typecheck', 'publint', 'attw', 'size', 'knip']

const failed = CHECKS.filter((check) => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', check], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${check}`)
  if (status !== 0) console.log(`${stdout}\n${stderr}`)
  return status !== 0
})

console.log(failed.length === 0 ? 'All checks passed.' : `Checks failed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
