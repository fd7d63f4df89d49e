import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { becomeKnown, EXAMPLES, routesOf, startExample, tampered, Visitor } from './example-server.ts'
import { isThere, readTree, ROOT } from './import-graph.ts'
import { codeBlocks, headingIds, readDocuments, readmeExample, relativeLinks, type CodeBlock } from './markdown.ts'
import type { PackageJson } from './package-json.ts'
import { pack, REPOSITORY_PACKAGES, typeErrors, unpack } from './pack.ts'
import { eventTypes, propertyNames, unionMembers } from './source-names.ts'

const documents = readDocuments()
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Which of `names` a document does not have in code font. */
function undocumented(path: string, names: readonly string[]): string[] {
  const text = documents.get(path) ?? ''
  return names.filter((name) => !text.includes(`\`${name}\``))
}

describe('docs/errors.md', () => {
  const path = 'docs/errors.md'
  const errors = read('src/errors.ts')

  test('has every error code', () => {
    expect(undocumented(path, unionMembers(errors, 'SessionErrorCode'))).toEqual([])
  })

  test('has no error code that is never thrown', () => {
    const named = [...(documents.get(path) ?? '').matchAll(/`(ERR_\w+)`/g)].map(([, code = '']) => code)
    const known = unionMembers(errors, 'SessionErrorCode')
    expect(named.filter((code) => !known.includes(code))).toEqual([])
  })

  test('has every kind of error', () => {
    expect(undocumented(path, unionMembers(errors, 'SessionErrorKind'))).toEqual([])
  })

  test('has every reason to refuse a cookie', () => {
    expect(undocumented(path, unionMembers(errors, 'RefusedReason'))).toEqual([])
  })

  test('has every type of event', () => {
    expect(undocumented(path, eventTypes(read('src/events.ts'), 'SessionEvent'))).toEqual([])
    expect(undocumented(path, eventTypes(read('src/identity/events.ts'), 'IdentityEvent'))).toEqual([])
    expect(undocumented(path, eventTypes(read('src/persistence/persistence.ts'), 'PersistenceEvent'))).toEqual([])
  })
})

describe('docs/options.md', () => {
  test.each([
    ['options of createSessions', 'src/options.ts', 'SessionsOptions'],
    ['rules of the guard', 'src/options.ts', 'GuardOptions'],
    ['options of the session cookie', 'src/cookies/named-cookie.ts', 'SessionCookie'],
    ['attributes of a cookie', 'src/cookies/attributes.ts', 'CookieAttributes'],
    ['ways to say when a cookie ends', 'src/cookies/attributes.ts', 'CookieExpiry'],
    ['options of previousCookie', 'src/previous/previous-cookie.ts', 'PreviousCookie'],
    ['options of ironSessionCookie', 'src/previous/iron-session-cookie.ts', 'IronSessionCookieOptions'],
    ['options of h3SessionCookie', 'src/previous/h3-session-cookie.ts', 'H3SessionCookieOptions'],
    ['options of a cookie jar', 'src/cookies/jar.ts', 'CookieJarOptions'],
    ['options of createSealer', 'src/sealing/value-sealer.ts', 'SealerOptions'],
    ['options of inspectCookie', 'src/inspect/options.ts', 'InspectOptions'],
    ['options of createIdentity', 'src/identity/identity-options.ts', 'CommonOptions'],
    ['options of createIdentity with user sessions', 'src/identity/identity-options.ts', 'UserSessionsIdentityOptions'],
    ['options of userSessions', 'src/identity/user-sessions.ts', 'UserSessionsOptions'],
    ['options of userTokens', 'src/identity/user-tokens.ts', 'UserTokensOptions'],
    ['facts of a sign-in', 'src/identity/verifier.ts', 'SignInFacts'],
    ['options of a SQLite registry', 'src/identity/sqlite.ts', 'SqliteRegistryOptions'],
    ['options of a PostgreSQL registry', 'src/identity/postgres.ts', 'PostgresRegistryOptions'],
    ['options of a SQLite store', 'src/stores/sqlite.ts', 'SqliteStoreOptions'],
    ['options of a PostgreSQL store', 'src/stores/postgres.ts', 'PostgresStoreOptions'],
    ['options of requireUser', 'src/adapters/admission.ts', 'DenialOptions'],
  ])('has all %s', (_, file, declaration) => {
    expect(undocumented('docs/options.md', propertyNames(read(file), declaration))).toEqual([])
  })

  test('has every option that createSessions knows', () => {
    const [, known = ''] = /const KNOWN[^[]*\[([^\]]*)\]/.exec(read('src/options.ts')) ?? []
    const names = [...known.matchAll(/'(\w+)'/g)].map(([, name = '']) => name)
    expect(names).toContain('secrets')
    expect(undocumented('docs/options.md', names)).toEqual([])
  })
})

describe('docs/runtimes.md', () => {
  test('names the very versions that npm run test:runtimes installs', () => {
    const { devDependencies } = JSON.parse(read('test/runtimes/binaries/package.json')) as PackageJson // as: it is ours
    const page = documents.get('docs/runtimes.md')
    expect(page).toContain(`Bun ${devDependencies['bun']} `)
    expect(page).toContain(`Deno ${devDependencies['deno']} `)
    // 1.20261117.1 is of 2026-11-17.
    const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\./.exec(devDependencies['workerd'] ?? '') ?? []
    expect(page).toContain(`workerd ${year}-${month}-${day} `)
  })
})

describe('docs/frameworks.md', () => {
  test.each(EXAMPLES)('shows examples/%s as it is', (name) => {
    const shown = codeBlocks('docs/frameworks.md', documents.get('docs/frameworks.md') ?? '').map(({ code }) => code)
    expect(shown).toContain(read(`examples/${name}`))
  })
})

describe('docs/testing.md', () => {
  test.each(['app.ts', 'app.test.ts'])('shows examples/testing/%s as it is', (name) => {
    const shown = codeBlocks('docs/testing.md', documents.get('docs/testing.md') ?? '').map(({ code }) => code)
    expect(shown).toContain(read(`examples/testing/${name}`))
  })
})

describe('docs/asvs.md', () => {
  test('names tests that there are', () => {
    const sources = [...readTree('test/identity', ['.ts']).values()].join('\n')
    const quoted = [...(documents.get('docs/asvs.md') ?? '').matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
    expect(quoted.length).toBeGreaterThan(15)
    expect(quoted.filter((name) => !sources.includes(name))).toEqual([])
  })
})

describe('docs/known-vulnerabilities.md', () => {
  const path = 'docs/known-vulnerabilities.md'
  const rows = (documents.get(path) ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| *(?:advisory|-+) *\|/.test(line))
    .map((line) => line.slice(1, -1).split('|'))

  test('says of every advisory what broke there, and names a test or why it does not apply', () => {
    expect(rows.length).toBeGreaterThan(35)
    for (const row of rows) {
      expect(row).toHaveLength(3)
      const [advisory = '', broke = '', here = ''] = row
      expect(advisory).toMatch(/CVE-\d{4}-\d{4}|GHSA-(?:\w{4}-?){3}|#\d+|[\d.]+/)
      expect(broke.trim()).toMatch(/\.$/)
      expect(here.trim()).toMatch(/^(?:"[^"]+" \(\[|Does not apply: )/)
    }
  })

  test('names tests that there are, each in the file that it links to', () => {
    const quoted = rows.flatMap(([, , here = '']) => [
      ...here.matchAll(/"([^"]+)" \(\[`([^`]+)`\]\(\.\.\/([^)]+)\)\)/g),
    ])
    expect(quoted.length).toBeGreaterThan(60)
    for (const [, , shown, linked] of quoted) expect(linked).toBe(shown)
    const missing = quoted.filter(([, sentence = '', file = '']) => !read(file).includes(`${sentence}'`))
    expect(missing.map(([whole]) => whole)).toEqual([])
  })
})

describe('what documents say of peers', () => {
  /** A version that is in a figure, and what is published of it. */
  test('names the vulnerability of a version whose figures it shows', () => {
    const withFigures = [...documents].filter(([, text]) => text.includes('@fastify/session 11.1.3'))
    expect(withFigures.map(([path]) => path)).toContain('docs/stores-cost.md')
    for (const [path, text] of withFigures) expect([path, text.includes('CVE-2026-117499')]).toEqual([path, true])
  })

  test('names versions that were measured, of each peer that has figures', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as PackageJson // as: it is ours
    const page = documents.get('docs/stores-cost.md') ?? ''
    for (const name of ['@fastify/session', 'express-session', 'connect-redis', 'connect-pg-simple'])
      expect(page).toContain(`${name} ${devDependencies[name]?.slice(1)}`)
  })
})

describe('names in the sources', () => {
  test('are found in unions on one line and on many', () => {
    expect(unionMembers("export type A = 'a' | 'b'\n", 'A')).toEqual(['a', 'b'])
    expect(unionMembers("export type A =\n  | 'a'\n  | 'b'\n\nexport const c = 'd'\n", 'A')).toEqual(['a', 'b'])
  })

  test('that are not there are an error, not an empty list', () => {
    expect(() => unionMembers('', 'A')).toThrow('No names are found in A')
    expect(() => propertyNames('interface B {\n  readonly a: 1\n}', 'A')).toThrow('No names are found in A')
  })
})

describe('links', () => {
  test('that lead into the repository lead to a file, and to a heading that it has', () => {
    const broken = [...documents].flatMap(([path, text]) =>
      relativeLinks(path, text)
        .filter(({ target, fragment }) => {
          const file = target === '' ? path : posix.join(posix.dirname(path), target)
          if (!isThere(file)) return true
          const headings = documents.get(file)
          return fragment !== undefined && headings !== undefined && !headingIds(headings).has(fragment)
        })
        .map(
          ({ line, target, fragment }) => `${path}:${line} -> ${target}${fragment === undefined ? '' : `#${fragment}`}`,
        ),
    )
    expect(broken).toEqual([])
  })
})

describe('code in documents', () => {
  let folder = ''
  const blocks = [...documents].flatMap(([path, text]) => codeBlocks(path, text))
  const checked = blocks.filter(({ note }) => note !== 'no-check')

  /** A project that has the packed tarball, and beside it what this repository has installed. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coatcheck-docs-'))
    symlinkSync(REPOSITORY_PACKAGES, join(folder, 'node_modules'), 'junction')
    const project = join(folder, 'project')
    mkdirSync(project)
    unpack(pack(folder), join(project, 'node_modules/coatcheck'))
    for (const block of checked) writeFileSync(join(project, fileName(block)), `${block.code}\nexport {}\n`)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2024',
          module: 'nodenext',
          strict: true,
          noUncheckedIndexedAccess: true,
          exactOptionalPropertyTypes: true,
          // Two packages of this repository do not agree (@types/koa, content-disposition 2); tarball.test.ts checks our own.
          skipLibCheck: true,
          types: ['node'],
          noEmit: true,
        },
        files: checked.map(fileName),
      }),
    )
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('type-checks against the packed tarball', () => {
    expect(checked.length).toBeGreaterThan(0)
    expect(typeErrors(join(folder, 'project/tsconfig.json'), REPOSITORY_PACKAGES)).toBe('')
  })

  test('is left unchecked only where it says no-check, and nothing else is said on a fence', () => {
    const notes = new Set(blocks.map(({ note }) => note))
    expect([...notes].filter((note) => note !== '' && note !== 'no-check')).toEqual([])
  })

  test('that begins the README is a server whose session holds from one request to the next', async () => {
    const example = readmeExample()
    const server = await startExample(process.execPath, join(folder, 'project', fileName(example)))
    try {
      const { cookies, page, answer } = await becomeKnown(server.origin, routesOf(example.code))
      expect(await new Visitor(cookies).ask(server.origin, page)).toBe(answer)
      const stranger = await new Visitor().ask(server.origin, page)
      expect(await new Visitor(tampered(cookies)).ask(server.origin, page)).toBe(stranger)
    } finally {
      await server.stop()
    }
  })
})

/** Says where the block stands, so that the compiler's complaints do too: `README.md` at line 12 is `README-line-12.ts`. */
function fileName({ path, line }: CodeBlock): string {
  return `${path.replaceAll('/', '-').replace(/\.md$/, '')}-line-${line}.ts`
}
