import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOf, recipeFolders, RECIPES } from '../recipes/recipes.ts'
import { ROOT } from './import-graph.ts'
import { quotedFiles, readDocuments } from './markdown.ts'
import { packageJson } from './package-json.ts'

const document = 'docs/recipes.md'
const quoted = quotedFiles(document, readDocuments().get(document) ?? '')

test('every project of examples/recipes is walked by npm run test:recipes', () => {
  expect(RECIPES.map(({ name }) => name).toSorted()).toEqual(recipeFolders().toSorted())
})

describe('docs/recipes.md', () => {
  test('names the file of every block of code', () => {
    expect(quoted.length).toBeGreaterThan(0)
    expect(quoted).not.toContain(undefined)
  })

  test('has each file as it is in the project, whole', () => {
    const blocks = quoted.filter((block) => block !== undefined)
    const files = blocks.map(({ file }) => ({ file, code: readFileSync(join(ROOT, file), 'utf8') }))
    expect(blocks).toEqual(files)
  })

  test.each(RECIPES.map(({ name }) => name))('has the project %s', (name) => {
    expect(quoted.filter((block) => block?.file.startsWith(`examples/recipes/${name}/`))).not.toEqual([])
  })
})

test.each(RECIPES)('the lock file of $name has coatcheck as package.json does', (recipe) => {
  // as: the part of a lock file that is read here
  const { packages } = JSON.parse(readFileSync(join(folderOf(recipe), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, object>
  }
  const { version, dependencies, peerDependencies, engines } = packageJson
  // `npm install file:../../..` in the folder of the project writes it anew.
  expect(packages['node_modules/coatcheck']).toMatchObject({ version, dependencies, peerDependencies, engines })
})
