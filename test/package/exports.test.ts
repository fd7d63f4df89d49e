import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { importsOf, isThere, reach, readTree, ROOT } from './import-graph.ts'
import { IN_A_BROWSER, MODULES, packageJson } from './package-json.ts'

/** What bundlers for browsers and edge runtimes get in place of the root entry. */
const FOR_SERVERS_ALONE = 'for-servers-alone'

/** The names in the last statement of what we bundled. */
function exportedBy(file: string): string[] {
  const [, names = ''] = /export \{ ([^}]+) \};?\s*$/.exec(readTree('dist', ['.js']).get(file) ?? '') ?? []
  return names.split(', ')
}

/** The run-time names of a subpath, as Node itself resolves it from inside the package. */
function namesOf(subpath: string): string[] {
  if (IN_A_BROWSER.has(subpath)) return exportedBy(`dist/adapters/${subpath.slice('./'.length).replace('/', '-')}.js`)
  const specifier = packageJson.name + subpath.slice(1)
  const script = `console.log(JSON.stringify(Object.keys(await import('${specifier}'))))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })
  return JSON.parse(output) as string[] // as: the line above printed it
}

test('the public names of every subpath are these and no others', () => {
  expect(Object.fromEntries(MODULES.map(([subpath]) => [subpath, namesOf(subpath)]))).toMatchInlineSnapshot(`
    {
      ".": [
        "CookieJar",
        "SessionError",
        "createSealer",
        "createSessions",
        "reseed",
      ],
      "./express": [
        "requireUser",
        "session",
      ],
      "./fastify": [
        "coatcheck",
        "requireUser",
      ],
      "./hono": [
        "requireUser",
        "session",
      ],
      "./identity": [
        "createIdentity",
        "userSessions",
        "userTokens",
      ],
      "./identity/postgres": [
        "postgresRegistry",
      ],
      "./identity/sqlite": [
        "sqliteRegistry",
      ],
      "./inspect": [
        "inspectCookie",
      ],
      "./koa": [
        "requireUser",
        "session",
      ],
      "./memory": [
        "memoryStore",
      ],
      "./next": [
        "nextSessions",
      ],
      "./next/flash": [
        "FlashMessages",
        "useFlash",
      ],
      "./node": [
        "attach",
        "deny",
        "requireUser",
        "session",
      ],
      "./postgres": [
        "postgresStore",
      ],
      "./previous": [
        "h3SessionCookie",
        "ironSessionCookie",
        "previousCookie",
      ],
      "./rails": [
        "KeyGenerator",
        "MessageEncryptor",
        "MessageVerifier",
        "maskedAuthenticityToken",
        "railsFormat",
        "railsJar",
        "railsSecrets",
        "validAuthenticityToken",
      ],
      "./redis": [
        "redisStore",
      ],
      "./sqlite": [
        "sqliteStore",
      ],
      "./stores": [
        "cookieStore",
        "expressStore",
        "migrate",
      ],
      "./testing": [
        "cookieClient",
        "fakeClock",
        "signedInCookie",
        "storeContract",
      ],
      "./web": [
        "requireUser",
        "session",
      ],
    }
  `)
})

test('every subpath leads to a built file with its types beside it', () => {
  const missing = MODULES.flatMap(([, file]) => [file, file.replace(/\.js$/, '.d.ts')]).filter((file) => !isThere(file))
  expect(missing, 'npm run build makes them').toEqual([])
})

test('every command leads to a built file that a shell can start', () => {
  const dist = readTree('dist', ['.js'])
  const commands = Object.values(packageJson.bin).map((file) => dist.get(file.replace(/^\.\//, '')))
  for (const command of commands) expect(command).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('dist has the types of every source, and code for the subpaths, the commands and what they share', () => {
  const sources = [...readTree('src', ['.ts']).keys()].map((path) => path.replace(/^src\/(.*)\.ts$/, '$1'))
  expect(built('.d.ts'), 'remove dist and run npm run build').toEqual(sources.toSorted())
  const entries = [...MODULES.map(([, file]) => file), ...Object.values(packageJson.bin).map((file) => file.slice(2))]
  const code = built('.js').filter((path) => !path.startsWith('chunks/') && path !== FOR_SERVERS_ALONE)
  expect(code).toEqual(entries.map((file) => file.replace(/^dist\/(.*)\.js$/, '$1')).toSorted())
})

test('a server that starts finds the root entry in two files, and an adapter in two more', () => {
  const dist = readTree('dist', ['.js'])
  const root = reach('dist/index.js', dist).files
  expect(root).toHaveLength(2)
  const adapters = MODULES.filter(([subpath, file]) => file.startsWith('dist/adapters/') && !IN_A_BROWSER.has(subpath))
  const files = adapters.map(([subpath, file]) => [
    subpath,
    reach(file, dist).files.filter((other) => !root.includes(other)).length,
  ])
  expect(files).toEqual(adapters.map(([subpath]) => [subpath, 2]))
})

test('a bundler for browsers or edge runtimes says in one sentence that the root entry is for servers', async () => {
  const target = packageJson.exports['.']
  expect(target).toMatchObject({
    'edge-light': `./dist/${FOR_SERVERS_ALONE}.js`,
    browser: { module: `./dist/${FOR_SERVERS_ALONE}.js` }, // not for jest with jsdom, which runs in Node
  })
  const bundle = await rolldown({
    input: join(ROOT, 'dist', `${FOR_SERVERS_ALONE}.js`),
    platform: 'browser',
    onLog: fail,
  })
  await expect(bundle.generate()).rejects.toThrow(/coatcheck runs on servers alone, in Node\.js/)
})

function fail(_: string, { message }: { readonly message?: string }): never {
  throw new Error(message)
}

test('what is for browsers says so to Next.js in its first line, and is one file', () => {
  const dist = readTree('dist', ['.js'])
  expect(dist.get('dist/adapters/next-flash.js')).toMatch(/^["']use client["']/)
  expect(reach('dist/adapters/next-flash.js', dist)).toEqual({
    files: ['dist/adapters/next-flash.js'],
    packages: ['next/navigation.js', 'react'],
  })
})

test('every subpath that a document, a doc comment or an example names is one that can be imported', () => {
  const texts = [...readTree('src', ['.ts']), ...readTree('docs', ['.md']), ...readTree('examples', ['.ts'])]
  const specifier = new RegExp(`(?:from|import\\() ?'(${packageJson.name}(?:/[^']*)?)'`, 'g')
  const unknown = texts.flatMap(([path, text]) =>
    [...text.matchAll(specifier)]
      .map(([, name = '']) => name)
      .filter((name) => packageJson.exports[name.replace(packageJson.name, '.')] === undefined)
      .map((name) => `${path} -> ${name}`),
  )
  expect(unknown).toEqual([])
})

test('what is built imports no package that users would not get with it, but for the types of their own framework', () => {
  const packages = (typeOnly: boolean): string[] =>
    importsOf(readTree('dist', [typeOnly ? '.d.ts' : '.js']))
      .filter(({ from }) => from !== `dist/${FOR_SERVERS_ALONE}.js`)
      .filter(({ target, specifier }) => target === undefined && !specifier.startsWith('node:'))
      .map(({ specifier }) => specifier)
  const dependencies = Object.keys(packageJson.dependencies)
  const ofNext = ['next/navigation.js', 'react'] // see the test of what is for browsers
  expect([...new Set(packages(false))].toSorted()).toEqual([...dependencies, ...ofNext].toSorted())
  const frameworks = [...packages(true), 'next', 'react'].filter((name) => !dependencies.includes(name))
  expect([...new Set(frameworks)].toSorted()).toEqual(Object.keys(packageJson.peerDependencies).toSorted())
})

/** Built files with that ending, named without it. */
function built(ending: string): string[] {
  return [...readTree('dist', [ending]).keys()].map((path) => path.slice('dist/'.length, -ending.length)).toSorted()
}
