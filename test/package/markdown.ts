import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { readTree, ROOT, type Tree } from './import-graph.ts'

/** Every document of the repository by its path: those at its root, and all below `docs`. */
export function readDocuments(): Tree {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  return new Map([
    ...atRoot.map((name): [string, string] => [name, readFileSync(join(ROOT, name), 'utf8')]),
    ...readTree('docs', ['.md']),
  ])
}

export interface CodeBlock {
  readonly path: string
  /** Of its first line of code, counted from 1. */
  readonly line: number
  /** What follows the language on the fence: `no-check` for a fragment. */
  readonly note: string
  readonly code: string
}

/** The blocks of TypeScript in a document. */
export function codeBlocks(path: string, text: string): CodeBlock[] {
  const fences = text.matchAll(/^( *)```(?:ts|typescript)\b([^\n]*)\n([\s\S]*?)^\1```/gm)
  return [...fences].map(({ index, 2: note = '', 3: code = '' }) => {
    return { path, line: text.slice(0, index).split('\n').length + 1, note: note.trim(), code }
  })
}

/** A block of code that the line above it says to be a file: `[name](path)`, and nothing else but emphasis. */
export interface QuotedFile {
  /** From the repository. */
  readonly file: string
  readonly code: string
}

/** Every fenced block but those for a shell, with the file that it quotes; `undefined` where no line above names one. */
export function quotedFiles(path: string, text: string): (QuotedFile | undefined)[] {
  return [...text.matchAll(/^(.*)\n\n```(?!sh\n)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, above = '', code = '']) => {
    const [, target] = /^\*{0,2}\[`[^\]]+`\]\(([^)]+)\)\*{0,2}$/.exec(above) ?? []
    return target === undefined ? undefined : { file: posix.join(posix.dirname(path), target), code }
  })
}

/** The two texts of every block of ```diff: what there was, and what became of it. */
export function diffBlocks(text: string): { readonly before: string; readonly after: string }[] {
  return [...text.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map(([, block = '']) => {
    const lines = block.split('\n').slice(0, -1)
    const side = (mark: string): string =>
      lines
        .filter((line) => line === '' || line.startsWith(mark) || line.startsWith(' '))
        .map((line) => `${line.slice(1)}\n`)
        .join('')
    return { before: side('-'), after: side('+') }
  })
}

/** The example that a reader tries first: an Express server in the first block of the README. */
export function readmeExample(): CodeBlock {
  const [first] = codeBlocks('README.md', readDocuments().get('README.md') ?? '')
  if (first === undefined || !/\bapp\.listen\(3000\b[^\n]*\)\s*$/.test(first.code)) {
    throw new Error('The first ```ts block of README.md should be an Express server that ends with app.listen(3000)')
  }
  return first
}

export interface Link {
  readonly path: string
  readonly line: number
  /** As written, without its `#fragment`. */
  readonly target: string
  readonly fragment: string | undefined
}

/** The links of a document that lead into the repository. Code is not looked at. */
export function relativeLinks(path: string, text: string): Link[] {
  const prose = text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, blank).replaceAll(/`[^`\n]*`/g, blank)
  const links = [...prose.matchAll(/\]\(<?([^)\s>]+)/g), ...prose.matchAll(/^\[[^\]]+\]: *(\S+)/gm)]
  return links
    .map(({ index, 1: href = '' }) => {
      const [target = '', fragment] = href.split('#')
      return { path, line: prose.slice(0, index).split('\n').length, target, fragment }
    })
    .filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target))
}

/** The ids of a document's headings, as GitHub makes them. */
export function headingIds(text: string): Set<string> {
  const headings = text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, blank).matchAll(/^#{1,6} +(.+?) *#*$/gm)
  return new Set(
    [...headings].map(({ 1: heading = '' }) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}\p{Mark}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** As many lines as before, and nothing in them. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
