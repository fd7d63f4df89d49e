import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** The two ciphers of a write are more than half of that; a response that grew old is six times as much. */
const MOST_BYTES = 1000

// A function that is written where it is assigned to a property is old from birth, and all that it reaches grows old with it.
test.each(['read', 'write'])('a request that does a %s of its session leaves no old garbage behind', async (what) => {
  const file = join(import.meta.dirname, 'garbage-process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, what])
  expect(Number(stdout)).toBeLessThan(MOST_BYTES)
})
