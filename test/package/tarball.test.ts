import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type RunningPostgres } from '../support/postgres.ts'
import {
  becomeKnown,
  routesOf,
  startExample,
  tampered,
  Visitor,
  type ExampleServer,
  type Route,
} from './example-server.ts'
import { ROOT } from './import-graph.ts'
import { readmeExample } from './markdown.ts'
import { install, pack, runNpm, typeErrors, type Tarball } from './pack.ts'
import { IN_A_BROWSER, MODULES, packageJson } from './package-json.ts'

/** The oldest Node that package.json promises. */
const OLDEST_NODE = '22.13.0'

let folder = ''
let tarball: Tarball

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-tarball-'))
  tarball = pack(folder)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  const BESIDE_DIST = ['CHANGELOG.md', 'LICENSE', 'README.md', 'docs/format.md', 'package.json']

  test('holds dist, the format and the papers, and nothing else', () => {
    expect(tarball.paths.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual(BESIDE_DIST)
    const strangers = tarball.paths.filter(
      (path) => path.startsWith('dist/') && !/(?<!\.test|\.bench)\.(?:js|d\.ts)$/.test(path),
    )
    expect(strangers).toEqual([])
  })

  test('holds every file that package.json leads to', () => {
    const targets = Object.values(packageJson.exports).flatMap((target) =>
      typeof target === 'string' ? target : target.default,
    )
    const promised = [...targets, ...Object.values(packageJson.bin)]
    const missing = promised.map((path) => path.replace(/^\.\//, '')).filter((path) => !tarball.paths.includes(path))
    expect(missing).toEqual([])
  })

  test('says nothing of the machine that it was made on', () => {
    const places = [ROOT, homedir() + '/', tmpdir() + '/', 'file:///']
    const telling = tarball.paths.filter((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return places.some((place) => text.includes(place))
    })
    expect(telling).toEqual([])
  })
})

describe('an empty project that installs the tarball', () => {
  let project = ''
  let oldNode = ''

  beforeAll(() => {
    project = join(folder, 'project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }))
    const frameworks = ['express', '@types/express', 'fastify', 'hono', 'koa', '@types/koa']
    const others = ['typescript', '@types/node', ...frameworks]
    install(project, [tarball.file, ...others.map((name) => `${name}@${packageJson.devDependencies[name] ?? ''}`)])

    const nodes = join(folder, 'node')
    mkdirSync(nodes)
    writeFileSync(join(nodes, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
    install(nodes, [`node@${OLDEST_NODE}`])
    oldNode = join(nodes, 'node_modules/node/bin/node')
  })

  const nodes = (): Record<string, string> => ({ 'Node 24': process.execPath, 'Node 22.13': oldNode })

  test('is tested on the two versions of Node that it should be', () => {
    const versions = Object.values(nodes()).map((node) =>
      execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    )
    expect(versions).toEqual([expect.stringMatching(/^v24\./), `v${OLDEST_NODE}`])
  })

  describe('with the example of the README', () => {
    let errors = ''

    beforeAll(() => {
      errors = compileExample(project)
    })

    test('type-checks it, and every subpath, declarations included', () => {
      // But for those of others: @types/koa names a type that content-disposition, which Express brings, no longer has.
      const ours = errors.split('\n').filter((line) => !line.startsWith('node_modules/@types/koa/'))
      expect(ours.join('\n')).toBe('')
    })

    test('runs it on both versions of Node, and each process knows the session that the other one began', async () => {
      const routes = routesOf(readmeExample().code)
      const example = join(project, 'out/example.js')
      const servers = await Promise.all(Object.values(nodes()).map((node) => startExample(node, example)))
      try {
        // oxlint-disable no-await-in-loop -- what a page answers may change with every visit
        for (const { origin } of servers) {
          const { cookies, page, answer } = await becomeKnown(origin, routes)
          const strangers = await askAll(servers, page, new Map())
          expect(await askAll(servers, page, cookies)).toEqual(servers.map(() => answer))
          expect(await askAll(servers, page, tampered(cookies))).toEqual(strangers)
        }
        // oxlint-enable no-await-in-loop
      } finally {
        await Promise.all(servers.map((server) => server.stop()))
      }
    })
  })

  test.each(['Node 24', 'Node 22.13'])('can be required by CommonJS on %s', (version) => {
    const specifiers = MODULES.filter(([subpath]) => !IN_A_BROWSER.has(subpath)).map(
      ([subpath]) => packageJson.name + subpath.slice(1),
    )
    const script = `for (const name of ${JSON.stringify(specifiers)}) console.log(name, typeof require(name))
      const { createSessions } = require('${packageJson.name}')
      const secrets = [require('node:crypto').randomBytes(32)]
      const sessions = createSessions({ name: 'session', secrets })
      console.log(sessions.read('session=' + sessions.seal({ accountId: 7 })).accountId)`
    const file = join(project, 'required.cjs')
    writeFileSync(file, script)
    const output = execFileSync(nodes()[version] ?? '', [file], { cwd: project, encoding: 'utf8' })
    expect(output.trim().split('\n')).toEqual([...specifiers.map((name) => `${name} object`), '7'])
  })

  test('has the command line: npx coatcheck --help', () => {
    expect(runNpm(project, ['exec', '--offline', '--', 'coatcheck', '--help'])).toMatch(/^Usage: coatcheck /)
  })

  describe('beside pg', () => {
    let server: RunningPostgres

    beforeAll(async () => {
      install(project, [`pg@${packageJson.devDependencies['pg'] ?? ''}`])
      server = await startPostgres()
    })

    afterAll(() => server.stop())

    test('looks after user sessions in PostgreSQL: npx coatcheck migrate, sessions, sweep', () => {
      const npx = (...args: string[]): string =>
        runNpm(project, ['exec', '--offline', '--', 'coatcheck', ...args, '--prefix', 'tarball_'], {
          DATABASE_URL: server.url,
        })
      expect(npx('migrate')).toBe('tarball_user_sessions and tarball_user_session_epochs are there.\n')
      expect(npx('sessions', 'list', '--user', '7')).toBe('User 7 is signed in nowhere.\n')
      expect(npx('sweep')).toContain('0 records deleted in 1 batch')
    })
  })

  test.each(['Node 24', 'Node 22.13'])('looks after user sessions in SQLite on %s, without a warning', (version) => {
    const main = join(project, 'node_modules', packageJson.name, packageJson.bin['coatcheck'] ?? '')
    const coatcheck = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
      const file = `sqlite:${version.replaceAll(/\W/g, '-')}.db`
      const command = [main, ...args, '--database', file]
      const { status, stdout, stderr } = spawnSync(nodes()[version] ?? '', command, { cwd: project, encoding: 'utf8' })
      return { status, stdout, stderr }
    }
    const tables = 'coatcheck_user_sessions and coatcheck_user_session_epochs are there.\n'
    expect(coatcheck('migrate')).toEqual({ status: 0, stdout: tables, stderr: '' })
    expect(coatcheck('sessions', 'list', '--user', '7')).toMatchObject({ status: 0, stderr: '' })
    expect(coatcheck('sessions', 'revoke', 'abc')).toMatchObject({ status: 1, stderr: '' })
    expect(coatcheck('sweep')).toMatchObject({ status: 0, stderr: '' })
  })

  test.each(['Node 24', 'Node 22.13'])('has a command line that seals and opens on %s', (version) => {
    const main = join(project, 'node_modules', packageJson.name, packageJson.bin['coatcheck'] ?? '')
    const coatcheck = (args: readonly string[], input = '', env = {}): string =>
      execFileSync(nodes()[version] ?? '', [main, ...args], {
        input,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      })
    const env = { SESSION_SECRET: coatcheck(['secret']).trim() }
    const sealed = coatcheck(['seal', '--name', 'session'], '{"accountId":7}', env)
    expect(JSON.parse(coatcheck(['open', '--name', 'session'], sealed, env))).toMatchObject({
      ok: true,
      data: { accountId: 7 },
    })
  })
})

/** What each server answers whoever brings these cookies. */
function askAll(
  servers: readonly ExampleServer[],
  page: Route,
  cookies: ReadonlyMap<string, string>,
): Promise<string[]> {
  return Promise.all(servers.map(({ origin }) => new Visitor(cookies).ask(origin, page)))
}

/** Compiles the README's example and an import of every subpath to JavaScript; gives what the compiler complains of. */
function compileExample(project: string): string {
  writeFileSync(join(project, 'example.ts'), readmeExample().code)
  const imports = MODULES.map(
    ([subpath], at) => `import * as module${at} from '${packageJson.name}${subpath.slice(1)}'`,
  )
  const names = MODULES.map((_, at) => `module${at}`)
  writeFileSync(
    join(project, 'subpaths.ts'),
    [...imports, `export const modules = [${names.join(', ')}]`, ''].join('\n'),
  )
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        types: ['node'],
        rootDir: '.',
        outDir: 'out',
      },
      files: ['example.ts', 'subpaths.ts'],
    }),
  )
  return typeErrors(join(project, 'tsconfig.json'), join(project, 'node_modules'))
}
