/**
 * What a process pays before its first request: how long it takes to import the package and one of its subpaths, over what
 * `node:crypto` takes, and what remains of it in one bundled file and with what V8 compiled kept. Every figure is from processes
 * of their own that run in turns. Run it with `npm run bench:import [-- --rounds N]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reach, readTree } from '../test/package/import-graph.ts'
import { MODULES, packageJson } from '../test/package/package-json.ts'
import { ADAPTER, coldStarts } from './cold-starts.ts'
import { timesOf } from './import-times.ts'
import { machine } from './machine.ts'
import { quartiles } from './quartiles.ts'
import { markdownTable, spread } from './table-text.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '25' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number')

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
