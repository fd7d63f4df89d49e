import type { Timing } from './measure.ts'
import { isOwn, type Result, type Row } from './result.ts'

const WIDTH = 860
const LEFT = 214
const RIGHT = 76
const TOP = 96
const ROW = 50
const BAR = 15
const FLOOR = 0.5

const SEAL = '#2f6fb2'
const OPEN = '#86b3dd'
const OWN_SEAL = '#b4471f'
const OWN_OPEN = '#e39a72'
const INK = '#1f2328'
const FAINT = '#656d76'
const LINE = '#d8dee4'

/**
 * The ratios as an SVG: what sealing and opening one session costs, as a multiple of the raw loop, on a logarithmic
 * scale. A white card, so that it reads on a dark page too.
 */
export function chart(result: Result): string {
  const { rows } = result
  const most = Math.max(...rows.flatMap((row) => [row.seal.ratio.median, row.open.ratio.median]))
  const end = most * 2
  const x = (ratio: number): number =>
    LEFT + ((Math.log10(ratio) - Math.log10(FLOOR)) / (Math.log10(end) - Math.log10(FLOOR))) * (WIDTH - LEFT - RIGHT)
  const bottom = TOP + rows.length * ROW
  const height = bottom + 66
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif" font-size="14">`,
    `<title id="title">${escape(spoken(rows))}</title>`,
    `<rect width="${WIDTH}" height="${height}" rx="10" fill="#ffffff"/>`,
    text(24, 36, 'Sealing and opening a session cookie', { size: 18, weight: 600 }),
    text(24, 60, 'Time as a multiple of the raw node:crypto loop. Logarithmic; shorter is faster.', { fill: FAINT }),
    ...legend(WIDTH - RIGHT - 74),
    ...ticks(end).flatMap((ratio) => gridLine(x(ratio), bottom, ratio)),
    ...rows.flatMap((row, at) => bars(row, TOP + at * ROW, x)),
    text(
      24,
      height - 18,
      `${result.sampleBytes} bytes of JSON, JSON included; median of ${result.rounds} interleaved rounds; Node ${result.node}.`,
      { fill: FAINT, size: 12 },
    ),
    '</svg>',
  ].join('\n')}\n`
}

function legend(left: number): string[] {
  return [
    `<rect x="${left - 78}" y="25" width="12" height="12" rx="2" fill="${SEAL}"/>`,
    text(left - 60, 36, 'seal'),
    `<rect x="${left}" y="25" width="12" height="12" rx="2" fill="${OPEN}"/>`,
    text(left + 18, 36, 'open'),
  ]
}

function ticks(end: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(end)) + 1 }, (_, power) => 10 ** power)
}

function gridLine(at: number, bottom: number, ratio: number): string[] {
  const isRaw = ratio === 1
  return [
    `<line x1="${round(at)}" y1="${TOP - 10}" x2="${round(at)}" y2="${bottom}" stroke="${isRaw ? INK : LINE}"${isRaw ? ' stroke-dasharray="3 3"' : ''}/>`,
    text(at, bottom + 18, `${ratio.toLocaleString('en')}×`, { fill: FAINT, size: 12, anchor: 'middle' }),
  ]
}

function bars(row: Row, top: number, x: (ratio: number) => number): string[] {
  const own = isOwn(row)
  const middle = top + BAR + 1
  return [
    text(LEFT - 14, middle - 2, row.name, { anchor: 'end', weight: own ? 700 : 400 }),
    text(LEFT - 14, middle + 14, row.protection === 'encrypted' ? row.version : `${row.version}, signed only`, {
      anchor: 'end',
      fill: FAINT,
      size: 12,
    }),
    ...bar(row.seal, top, own ? OWN_SEAL : SEAL, x),
    ...bar(row.open, top + BAR + 2, own ? OWN_OPEN : OPEN, x),
  ]
}

function bar({ ratio: { median } }: Timing, top: number, fill: string, x: (ratio: number) => number): string[] {
  const width = x(median) - LEFT
  return [
    `<rect x="${LEFT}" y="${top}" width="${round(width)}" height="${BAR}" rx="2" fill="${fill}"/>`,
    // A white rim keeps the dashed line from crossing the figures.
    text(LEFT + width + 6, top + BAR - 3, `${label(median)}×`, { size: 12, rim: true }),
  ]
}

function label(ratio: number): string {
  if (ratio < 10) return ratio.toFixed(2)
  return Number(ratio.toPrecision(ratio < 100 ? 2 : 3)).toLocaleString('en')
}

function spoken(rows: readonly Row[]): string {
  const each = rows.map(({ name, seal, open }) => `${name} ${label(seal.ratio.median)} and ${label(open.ratio.median)}`)
  return `Sealing and opening a session, as multiples of the raw node:crypto loop: ${each.join(', ')}.`
}

function text(
  left: number,
  baseline: number,
  content: string,
  style: { fill?: string; size?: number; weight?: number; anchor?: 'middle' | 'end'; rim?: boolean } = {},
): string {
  const attributes = [
    `fill="${style.fill ?? INK}"`,
    style.size === undefined ? '' : `font-size="${style.size}"`,
    style.weight === undefined ? '' : `font-weight="${style.weight}"`,
    style.anchor === undefined ? '' : `text-anchor="${style.anchor}"`,
    style.rim === true ? 'stroke="#ffffff" stroke-width="4" paint-order="stroke"' : '',
  ]
  return `<text x="${round(left)}" y="${round(baseline)}" ${attributes.filter(Boolean).join(' ')}>${escape(content)}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
