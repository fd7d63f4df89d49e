import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown, type RolldownOptions } from 'rolldown'

/**
 * Writes the JavaScript of `dist`: one file for each subpath of package.json and each command, and one that they share. Node
 * takes longer to find and link sixty small modules than to run them all, and a server that starts cold waits for it.
 */
const root = join(import.meta.dirname, '..')
const { exports, bin, dependencies, peerDependencies } = packageJson()

const entries = [...Object.values(exports).map(fileOf), ...Object.values(bin)]
  .filter((file) => file.endsWith('.js'))
  .map((file) => /^\.\/dist\/(.*)\.js$/.exec(file)?.[1] ?? '')

const packageNames = [dependencies, peerDependencies].flatMap((packages) => Object.keys(packages))

const options: RolldownOptions = {
  cwd: root,
  platform: 'node',
  external: [/^node:/, ...packageNames.map((name) => new RegExp(`^${name}(?:/|$)`))],
  treeshake: { moduleSideEffects: false },
  onLog: (level, log, print) => {
    // 'use client' stays, because that file is not put together with others; a test looks.
    if (log.code !== 'MODULE_LEVEL_DIRECTIVE') print(level, log)
  },
}

const core = await modulesOf('index')
const bundle = await rolldown({
  ...options,
  input: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
})
rmSync(join(root, 'dist/chunks'), { recursive: true, force: true })
const { output: written } = await bundle.write({
  dir: 'dist',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
  codeSplitting: {
    groups: [
      { name: 'core', test: (id) => core.has(id) },
      { name: 'adapters', test: /src[\\/]adapters[\\/]/, minShareCount: 2 },
    ],
  },
})
await bundle.close()

/**
 * What bundlers for browsers and for edge runtimes get in place of the root entry: an import that they say they cannot find, in its
 * own words, where there would be a page about `node:crypto`.
 */
const SENTENCE =
  'coatcheck runs on servers alone, in Node.js, so give a client component what it needs as properties, and import types by import type'
const names = written.flatMap((chunk) => (chunk.type === 'chunk' && chunk.name === 'index' ? chunk.exports : []))
writeFileSync(join(root, 'dist/for-servers-alone.js'), `export { ${names.join(', ')} } from '${SENTENCE}'\n`)

function fileOf(target: string | { readonly default: string }): string {
  return typeof target === 'string' ? target : target.default
}

/** The files that an entry is made of. */
async function modulesOf(entry: string): Promise<ReadonlySet<string>> {
  const alone = await rolldown({ ...options, input: `src/${entry}.ts` })
  const { output } = await alone.generate()
  await alone.close()
  return new Set(output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : [])))
}

function packageJson(): Record<'bin' | 'dependencies' | 'peerDependencies', Record<string, string>> & {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
} {
  // as: the file is ours
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as ReturnType<typeof packageJson>
}
