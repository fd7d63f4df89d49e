import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository, without a trailing slash. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Files by their path from the repository, with forward slashes: `src/cookies/jar.ts`. */
export type Tree = ReadonlyMap<string, string>

export interface Import {
  readonly from: string
  /** Where the statement begins, counted from 1. */
  readonly line: number
  /** As it is written: `../errors.ts`, `node:crypto`, `cookie`. */
  readonly specifier: string
  /** The path from the repository where the specifier is relative. */
  readonly target: string | undefined
  readonly typeOnly: boolean
}

/** What is installed or built inside of a folder. */
const MADE = /\/(?:node_modules|\.next)\//

/** Every file below `folder` whose name ends in one of `endings`. */
export function readTree(folder: string, endings: readonly string[]): Tree {
  const tree = new Map<string, string>()
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue
    const file = join(entry.parentPath, entry.name)
    if (MADE.test(file.slice(ROOT.length).replaceAll('\\', '/'))) continue
    const path = file.slice(ROOT.length + 1).replaceAll('\\', '/')
    tree.set(path, readFileSync(file, 'utf8'))
  }
  return tree
}

// The formatter starts every statement in the first column, and every line of a doc comment behind it; so code that is
// quoted in a comment is not seen, and no parser is needed.
const STATIC = /^(?:import|export)\s+(type\s+)?[\w\s{},*$]*?\s*from\s*['"]([^'"\n]+)['"]/gm
const SIDE_EFFECT = /^import\s*['"]([^'"\n]+)['"]/gm
const DYNAMIC = /(?<!^\s*(?:\*|\/\/|\/\*).*)\bimport\(\s*(?:['"]([^'"\n]+)['"])?/gm

/** The imports of one file: static, type-only, re-exports, for side effects, dynamic, and `import('…')` types. */
export function readImports(path: string, source: string): Import[] {
  const imports: Import[] = []
  const add = (index: number, specifier: string, typeOnly: boolean): void => {
    const line = source.slice(0, index).split('\n').length
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
    imports.push({ from: path, line, specifier, target, typeOnly })
  }
  for (const match of source.matchAll(STATIC)) add(match.index, match[2] ?? '', match[1] !== undefined)
  for (const match of source.matchAll(SIDE_EFFECT)) add(match.index, match[1] ?? '', false)
  for (const match of source.matchAll(DYNAMIC)) add(match.index, match[1] ?? 'import() of what nobody can read', false)
  return imports.toSorted((a, b) => a.line - b.line)
}

/** Every import of every file, in the order of the files. */
export function importsOf(tree: Tree): Import[] {
  return [...tree].flatMap(([path, source]) => readImports(path, source))
}

/** `src/stores/memory.ts:3 -> src/adapters/express.ts` */
export function arrow({ from, line, target, specifier }: Import): string {
  return `${from}:${line} -> ${target ?? specifier}`
}

/** The files that `entry` reaches through run-time imports, itself included, and the packages and built-ins they name. */
export function reach(entry: string, tree: Tree): { readonly files: readonly string[]; readonly packages: string[] } {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files) {
    const source = tree.get(file)
    if (source === undefined) throw new Error(`${file} is imported and is not there`)
    for (const { target, specifier, typeOnly } of readImports(file, source)) {
      if (typeOnly) continue
      if (target === undefined) packages.add(specifier)
      else files.add(target)
    }
  }
  return { files: [...files].toSorted(), packages: [...packages].toSorted() }
}

export function isThere(path: string): boolean {
  return existsSync(join(ROOT, path))
}
