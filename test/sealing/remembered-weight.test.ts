import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('sessions that are remembered weigh what they take, within a tenth', () => {
  const script = fileURLToPath(new URL('weigh-remembered.ts', import.meta.url))
  const printed = execFileSync(process.execPath, ['--expose-gc', '--no-warnings', script], { encoding: 'utf8' })
  const factors = JSON.parse(printed) as number[] // as: that is what it prints
  expect(factors).toHaveLength(3)
  for (const factor of factors) {
    expect(factor).toBeGreaterThan(0.9)
    expect(factor).toBeLessThan(1.1)
  }
})
