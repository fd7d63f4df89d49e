import type { Result } from './run.ts'

/** The result as a Markdown table that reads well in a terminal, too, and a line on what it was observed with. */
export function table({ node, contenders, rows }: Result): string {
  const head = ['', ...contenders.map(({ name, version }) => `${name} ${version}`)]
  const body = rows.map(({ title, observations }) => [title, ...observations.map(({ cell }) => cell)])
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  const servers = contenders.map(({ name, server }) => `${name} on ${server}`).join(', ')
  return [line(head), rule, ...body.map(line), '', `Defaults of each; Node ${node}; ${servers}.`].join('\n')
}
