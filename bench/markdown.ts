const PAGE = 118

/** A Markdown table that also reads well in a terminal. Its first `texts` columns stand to the left, figures to the right. */
export function markdownTable(cells: readonly (readonly string[])[], texts: number): string[] {
  const [head = [], ...body] = cells
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0
    return column < texts ? cell.padEnd(width) : cell.padStart(width)
  }
  const line = (row: readonly string[]): string => `| ${row.map(pad).join(' | ')} |`
  const rule = widths.map((width, at) => (at < texts ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`))
  return [line(head), `|${rule.join('|')}|`, ...body.map(line)]
}

/** An item of a list, folded to the width of a page. */
export function markdownItem(item: string): string[] {
  const lines = ['-']
  for (const word of item.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length < PAGE) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(`  ${word}`)
  }
  return lines
}
