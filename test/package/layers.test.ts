import { expect, test } from 'vitest'
import { importsOf, readImports, readTree } from './import-graph.ts'
import { findViolations } from './layers.ts'

test('every import in src points down, nothing is imported in a circle, and no folder reaches for what it may not have', () => {
  const tree = readTree('src', ['.ts'])
  expect(importsOf(tree).length).toBeGreaterThan(100)
  expect(findViolations(tree)).toEqual([])
})

/** A source tree that keeps every rule, but for `files`. */
function treeWith(files: Record<string, string>): Map<string, string> {
  return new Map(
    Object.entries({
      'src/errors.ts': '',
      'src/sealing/sealer.ts': "import { createHmac } from 'node:crypto'\n",
      'src/cookies/jar.ts': "import { parseCookie } from 'cookie'\nimport { seal } from '../sealing/sealer.ts'\n",
      'src/sessions.ts': "import { Jar } from './cookies/jar.ts'\n",
      'src/adapters/express.ts': "import type { Sessions } from '../sessions.ts'\n",
      'src/index.ts': "export { createSessions } from './sessions.ts'\n",
      ...files,
    }),
  )
}

test('a tree that keeps the rules has no violation', () => {
  expect(findViolations(treeWith({}))).toEqual([])
})

test.each([
  {
    what: 'an import that points up is named with its line',
    path: 'src/stores/memory.ts',
    source: "import { SessionError } from '../errors.ts'\n\nimport { session } from '../adapters/express.ts'\n",
    violation: 'src/stores/memory.ts:3 -> src/adapters/express.ts',
  },
  {
    what: 'a type-only import over several lines that points up is named with its first line',
    path: 'src/session/state.ts',
    source: "import type {\n  Jar,\n  Cookies,\n} from '../cookies/jar.ts'\n",
    violation: 'src/session/state.ts:1 -> src/cookies/jar.ts',
  },
  {
    what: 'an import from a neighbour on the same layer is a violation',
    path: 'src/session/guard.ts',
    source: "import { seal } from '../sealing/sealer.ts'\n",
    violation: 'src/session/guard.ts:1 -> src/sealing/sealer.ts',
  },
  {
    what: 'a re-export counts as an import',
    path: 'src/errors.ts',
    source: "export * from './sessions.ts'\n",
    violation: 'src/errors.ts:1 -> src/sessions.ts',
  },
  {
    what: 'a type that is imported inside an expression counts as an import',
    path: 'src/duration.ts',
    source: "\nexport type Late = import('./sessions.ts').Sessions\n",
    violation: 'src/duration.ts:2 -> src/sessions.ts',
  },
  {
    what: 'crypto in src/session is a violation',
    path: 'src/session/state.ts',
    source: "import { randomBytes } from 'node:crypto'\n",
    violation: 'src/session/state.ts:1 -> node:crypto (session does no crypto and no I/O)',
  },
  {
    what: 'a package outside the folder that may use it is a violation',
    path: 'src/identity/claims.ts',
    source: "import { parseCookie } from 'cookie'\n",
    violation: 'src/identity/claims.ts:1 -> cookie (not a package of identity)',
  },
  {
    what: 'a run-time import in register.ts is a violation',
    path: 'src/register.ts',
    source: "import { createSessions } from './sessions.ts'\n",
    violation: 'src/register.ts:1 -> src/sessions.ts (this file imports types only)',
  },
  {
    what: 'a dynamic import that cannot be read is a violation',
    path: 'src/cli/main.ts',
    source: 'await import(name)\n',
    violation: 'src/cli/main.ts:1 -> import() of what nobody can read (not a package of cli)',
  },
  {
    what: 'a file in a folder that has no layer is a violation',
    path: 'src/utils/misc.ts',
    source: '',
    violation: 'src/utils/misc.ts belongs to no layer',
  },
])('$what', ({ path, source, violation }) => {
  expect(findViolations(treeWith({ [path]: source }))).toEqual([violation])
})

test('a cycle between files of one folder is named with every line in it', () => {
  const tree = treeWith({
    'src/sealing/a.ts': "import { b } from './b.ts'\n",
    'src/sealing/b.ts': "\nimport type { C } from './c.ts'\n",
    'src/sealing/c.ts': "import { a } from './a.ts'\n",
  })
  expect(findViolations(tree)).toEqual([
    'cycle: src/sealing/a.ts:1 -> src/sealing/b.ts:2 -> src/sealing/c.ts:1 -> src/sealing/a.ts',
  ])
})

test('imports that a comment quotes are not imports', () => {
  const source = "/**\n * import { a } from '../sessions.ts'\n */\n// import('../sessions.ts')\nexport const a = 1\n"
  expect(readImports('src/errors.ts', source)).toEqual([])
})
