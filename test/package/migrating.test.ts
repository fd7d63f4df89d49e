import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleFolders, exampleOf, GUIDES, type Step } from '../migrating/guides.ts'
import { ROOT } from './import-graph.ts'
import { diffBlocks, readDocuments, relativeLinks } from './markdown.ts'
import { REPOSITORY_PACKAGES, typeErrors } from './pack.ts'

const documents = readDocuments()
const documentOf = (name: string): string => `docs/migrating/${name}.md`
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('every folder of examples/migrating is walked by a browser', () => {
  expect(GUIDES.map(({ name }) => name).toSorted()).toEqual(exampleFolders().toSorted())
})

describe.each(GUIDES)('docs/migrating/$name.md', (guide) => {
  const path = documentOf(guide.name)
  const text = documents.get(path) ?? ''

  test('has one diff, from the whole of before.ts to the whole of after.ts', () => {
    const [diff, ...others] = diffBlocks(text)
    expect(others).toEqual([])
    expect(diff?.before).toBe(read(exampleOf(guide, 'before')))
    expect(diff?.after).toBe(read(exampleOf(guide, 'after')))
  })

  test('links to both files, and is linked from the list of guides', () => {
    const links = relativeLinks(path, text).map(({ target }) => target)
    for (const step of ['before', 'after'] as const) expect(links).toContain(`../../${exampleOf(guide, step)}`)
    const index = 'docs/migrating/README.md'
    const listed = relativeLinks(index, documents.get(index) ?? '').map(({ target }) => target)
    expect(listed).toContain(`${guide.name}.md`)
  })

  test('says what everybody asks, in the same order', () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([
      'The change',
      'What was called … is now …',
      'What behaves differently',
      'Who stays signed in',
      'Step by step, and back',
      'Last',
    ])
  })
})

test('the README leads to the guides', () => {
  const targets = relativeLinks('README.md', documents.get('README.md') ?? '').map(({ target }) => target)
  expect(targets).toContain('docs/migrating/README.md')
})

/** Two libraries that declare `request.session`, each its own way, are in no program together. */
const PROGRAMS: readonly { readonly step: Step; readonly names: readonly string[] }[] = [
  { step: 'before', names: ['iron-session', 'secure-session', 'rails'] },
  { step: 'before', names: ['cookie-session'] },
  { step: 'before', names: ['express-session'] },
  { step: 'after', names: GUIDES.map(({ name }) => name) },
]

describe('examples/migrating', () => {
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coatcheck-migrating-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('are in one program each', () => {
    const files = PROGRAMS.flatMap(({ step, names }) => names.map((name) => exampleOf({ name }, step)))
    const all = GUIDES.flatMap((guide) => [exampleOf(guide, 'before'), exampleOf(guide, 'after')])
    expect(files.toSorted()).toEqual(all.toSorted())
  })

  test.each(PROGRAMS)('type-check against what is built: $step $names', ({ step, names }) => {
    const project = join(folder, 'tsconfig.json')
    const compilerOptions = {
      target: 'es2024',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      types: ['node'],
      typeRoots: [join(REPOSITORY_PACKAGES, '@types')],
      noEmit: true,
    }
    const files = names.map((name) => join(ROOT, exampleOf({ name }, step)))
    writeFileSync(project, JSON.stringify({ compilerOptions, files }))
    expect(typeErrors(project, REPOSITORY_PACKAGES)).toBe('')
  })
})
