import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './import-graph.ts'
import { quotedFiles, readDocuments } from './markdown.ts'
import { packageJson } from './package-json.ts'

test('docs/next.md has its files as they are in the example, whole', () => {
  const blocks = quotedFiles('docs/next.md', readDocuments().get('docs/next.md') ?? '')
  expect(blocks.length).toBeGreaterThan(5)
  const files = blocks.map((block) => block && { ...block, code: readFileSync(join(ROOT, block.file), 'utf8') })
  expect(blocks).toEqual(files)
  expect(blocks).not.toContain(undefined)
})

test('the lock file of the example has coatcheck as package.json does', () => {
  // as: the part of a lock file that is read here
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'examples/next/package-lock.json'), 'utf8')) as {
    packages: Record<string, object>
  }
  const { version, dependencies, engines } = packageJson
  expect(packages['node_modules/coatcheck']).toMatchObject({ version, dependencies, engines })
})
