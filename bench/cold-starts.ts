import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { ROOT } from '../test/package/import-graph.ts'
import { MODULES, packageJson } from '../test/package/package-json.ts'
import { timesOf } from './import-times.ts'

/** What is imported beside the root. */
export const ADAPTER = `${packageJson.name}/express`

export interface ColdStart {
  readonly title: string
  readonly specifiers: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds in each round. */
  readonly own: number[]
}

/** What an application can do about it: one minified file, and Node's own cache of what V8 compiled. */
export async function coldStarts(directory: string): Promise<readonly ColdStart[]> {
  const installed = [packageJson.name, ADAPTER]
  const source = join(directory, 'app.js')
  const bundled = join(directory, 'bundle.mjs')
  writeFileSync(source, `export { createSessions } from '${packageJson.name}'\nexport { session } from '${ADAPTER}'\n`)
  await build({
    cwd: ROOT,
    input: source,
    platform: 'node',
    external: /^node:/,
    // The application is not in a package that has it installed.
    resolve: {
      alias: Object.fromEntries(
        MODULES.map(([subpath, file]) => [`${packageJson.name}${subpath.slice(1)}$`, join(ROOT, file)]),
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
