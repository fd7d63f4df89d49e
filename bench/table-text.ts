import type { Quartiles } from './quartiles.ts'

const PAGE = 118

/** The lines of a Markdown table that reads as text, too: names stand to the left, figures to the right. */
export function markdownTable(rows: readonly (readonly string[])[], isText: (column: number) => boolean): string[] {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((width, at) => (isText(at) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`))
  return [line(head), `|${rule.join('|')}|`, ...body.map(line)]
}

/** `1.08 (1.05 to 1.12)`: the median and the middle half of the rounds. */
export function spread({ low, median, high }: Quartiles): string {
  return `${figure(median)} (${figure(low)} to ${figure(high)})`
}

/** Three digits, where it has them before the point. */
export function figure(value: number): string {
  if (value < 10) return value.toFixed(2)
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}

/** An item of a list, folded to the width of a page. */
export function wrap(item: string): string[] {
  const lines = ['-']
  for (const word of item.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length < PAGE) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(`  ${word}`)
  }
  return lines
}
