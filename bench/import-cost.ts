/**
 * What a process pays before its first request: how long it takes to import the package and one of its subpaths, over what
 * `node:crypto` takes. Every figure is from processes of their own that run in turns. Run it with
 * `npm run bench:import [-- --rounds N]`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'
import { reach, readTree } from '../test/package/import-graph.ts'
import { MODULES, packageJson } from '../test/package/package-json.ts'
import { machine } from './machine.ts'
import { quartiles } from './quartiles.ts'
import { markdownTable, spread } from './table-text.ts'

const REPOSITORY = join(import.meta.dirname, '..')

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '25' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number')

/** What the cold starts import beside the root. */
const ADAPTER = `${packageJson.name}/express`

/** Milliseconds for each import, in the order in which a program has them. */
const PROGRAM = `
const times = []
for (const specifier of process.argv.slice(1)) {
  const began = performance.now()
  await import(specifier)
  times.push(performance.now() - began)
}
console.log(JSON.stringify(times))
`

/** One import after another, in a process that has imported nothing yet. */
function timesOf(specifiers: readonly string[], env: Readonly<Record<string, string>> = {}): number[] {
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM, ...specifiers], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return JSON.parse(output) as number[] // as: the program above prints it
}

const [root, ...others] = MODULES.map(([subpath, file]) => ({
  name: packageJson.name + subpath.slice(1),
  file,
  /** Milliseconds in each round: `node:crypto`, the root, and this one after them. */
  crypto: new Array<number>(),
  root: new Array<number>(),
  own: new Array<number>(),
}))
if (root === undefined) throw new Error('package.json exports nothing')

const folder = mkdtempSync(join(tmpdir(), 'coatcheck-import-'))
const starts = await coldStarts(folder)
for (let round = 0; round < rounds; round++) {
  for (const { specifiers, env, own } of starts) {
    const [, ...times] = timesOf(['node:crypto', ...specifiers], env)
    own.push(times.reduce((sum, time) => sum + time, 0))
  }
  for (const entry of others) {
    const [crypto = Number.NaN, ofRoot = Number.NaN, own = Number.NaN] = timesOf(['node:crypto', root.name, entry.name])
    entry.crypto.push(crypto)
    entry.root.push(ofRoot)
    entry.own.push(own)
  }
}

rmSync(folder, { recursive: true, force: true })

const dist = readTree('dist', ['.js'])
const filesOf = (files: readonly string[]): string =>
  String(new Set(files.flatMap((file) => reach(file, dist).files)).size)
const milliseconds = (times: readonly number[]): string => spread(quartiles(times))

const all = (key: 'crypto' | 'root'): number[] => others.flatMap((entry) => entry[key])
const rows = [
  ['import', 'files', 'by itself', 'with the root'],
  [root.name, filesOf([root.file]), milliseconds(all('root')), ''],
  ...others.map(({ name, file, own, root: ofRoot }) => [
    name,
    filesOf([root.file, file]),
    milliseconds(own),
    milliseconds(own.map((time, at) => time + (ofRoot[at] ?? Number.NaN))),
  ]),
]
console.log(`Milliseconds after node:crypto, which takes ${milliseconds(all('crypto'))}; medians of ${rounds} rounds.`)
console.log(markdownTable(rows, (column) => column === 0).join('\n'))
console.log('')
console.log(`The root and ${ADAPTER}, as they start cold:`)
console.log(
  markdownTable(
    [['', 'milliseconds'], ...starts.map(({ title, own }) => [title, milliseconds(own)])],
    (column) => column === 0,
  ).join('\n'),
)
console.log(machine())

interface ColdStart {
  readonly title: string
  readonly specifiers: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds in each round. */
  readonly own: number[]
}

/** What an application can do about it: one minified file, and Node's own cache of what V8 compiled. */
async function coldStarts(directory: string): Promise<readonly ColdStart[]> {
  const installed = [packageJson.name, ADAPTER]
  const source = join(directory, 'app.js')
  const bundled = join(directory, 'bundle.mjs')
  writeFileSync(source, `export { createSessions } from '${packageJson.name}'\nexport { session } from '${ADAPTER}'\n`)
  await build({
    cwd: REPOSITORY,
    input: source,
    platform: 'node',
    external: /^node:/,
    // The application is not in a package that has it installed.
    resolve: {
      alias: Object.fromEntries(
        MODULES.map(([subpath, file]) => [`${packageJson.name}${subpath.slice(1)}$`, join(REPOSITORY, file)]),
      ),
    },
    output: { file: bundled, minify: true },
  })
  const cache = { NODE_COMPILE_CACHE: join(directory, 'cache') }
  const starts: ColdStart[] = [
    { title: 'as installed', specifiers: installed, env: {}, own: [] },
    { title: 'as installed, NODE_COMPILE_CACHE', specifiers: installed, env: cache, own: [] },
    { title: 'bundled and minified', specifiers: [bundled], env: {}, own: [] },
    { title: 'bundled and minified, NODE_COMPILE_CACHE', specifiers: [bundled], env: cache, own: [] },
  ]
  // The first process with a cache fills it.
  for (const { specifiers, env } of starts) timesOf(specifiers, env)
  return starts
}
