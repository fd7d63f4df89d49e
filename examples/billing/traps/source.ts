import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const EXPORT = /^export /
const ASYNC = /^async /

/** The function of that name, as its file in `traps/` has it. What the page shows is what runs. */
export function sourceOf(file: string, name: string): string {
  const lines = read(join(import.meta.dirname, file))
  const start = lines.findIndex((line) => line.replace(EXPORT, '').replace(ASYNC, '').startsWith(`function ${name}(`))
  const end = lines.indexOf('}', start)
  if (start < 0 || end < 0) throw new Error(`${file} has no function ${name}.`)
  return lines
    .slice(start, end + 1)
    .join('\n')
    .replace(EXPORT, '')
}

/** Where a stack's first frame points: the file as seen from the package's root, the line's number and its text. */
export function firstFrame(error: Error): { readonly place: string; readonly line: string } {
  const frame = error.stack?.split('\n').find((text) => /^\s+at /.test(text)) ?? ''
  const [, url = '', number = ''] = /(file:.+?):(\d+):\d+\)?$/.exec(frame) ?? []
  if (url === '') return { place: frame.trim(), line: '' }
  const path = fileURLToPath(url)
  const root = join(import.meta.dirname, '../../..')
  return { place: `${relative(root, path)}:${number}`, line: read(path)[Number(number) - 1]?.trim() ?? '' }
}

function read(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n')
}
