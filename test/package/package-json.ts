import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './import-graph.ts'

/** What these tests read of package.json. */
export interface PackageJson {
  readonly name: string
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

// as: the file is ours, and a test fails where it is not as it should be
export const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PackageJson

/** Subpaths that are modules, with their files: `['./express', 'dist/adapters/express.js']`. */
export const MODULES: readonly (readonly [subpath: string, file: string])[] = Object.entries(packageJson.exports)
  .map(([subpath, target]) => [subpath, typeof target === 'string' ? target : target.default] as const)
  .filter(([, file]) => file.endsWith('.js'))
  .map(([subpath, file]) => [subpath, file.slice('./'.length)])

/** What a built file is made from: `src/adapters/express.ts`. */
export function sourceOf(file: string): string {
  return file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')
}

/** What Next.js builds for browsers, with the React of the application, which Node would look for in vain. */
export const IN_A_BROWSER: ReadonlySet<string> = new Set(['./next/flash'])
