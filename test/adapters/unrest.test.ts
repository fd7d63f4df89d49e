import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { FRAMEWORKS } from './matrix.ts'

test('stores that fail, hang and recover, and clients that leave at every step, end no process and cost nobody else an answer', async () => {
  const file = join(import.meta.dirname, 'unrest-process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 })
  const statuses = [200, 503, 200, 503, 200, 200]
  expect(JSON.parse(stdout)).toEqual({
    uncaught: [],
    statuses: Object.fromEntries(FRAMEWORKS.map(({ name }) => [name, statuses])),
  })
})
