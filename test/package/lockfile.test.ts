import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RECIPES } from '../recipes/recipes.ts'
import { ROOT } from './import-graph.ts'
import { runNpm } from './pack.ts'

test.each([
  ['of the repository', '.'],
  ['of the runtimes', 'test/runtimes/binaries'],
])(
  'npm ci accepts the lock file %s: it agrees with package.json and knows the packages of every platform',
  (_, place) => {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-lock-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, place, name), join(folder, name))
    expect(() => runNpm(folder, ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'])).not.toThrow()
  },
)

test.each(RECIPES.map(({ name }) => name))('npm ci accepts the lock file of the recipe %s', (name) => {
  // In its place, because it names the package two folders above.
  const folder = join(ROOT, 'examples/recipes', name)
  expect(() => runNpm(folder, ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'])).not.toThrow()
})
