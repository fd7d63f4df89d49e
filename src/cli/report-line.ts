/** One row of a report: what it is, and what there is to say. */
export type Line = readonly [label: string, text: string]

/** A time as a machine and as a person says it: `2026-01-02T03:04:05.000Z (in 13 days)`. */
export function timeText(iso: string, now: string): string {
  return `${iso} (${distance(Date.parse(iso) - Date.parse(now))})`
}

/** Bytes by key, the heaviest first. */
export function sizesText(byKey: Readonly<Record<string, number>>): string {
  const sizes = Object.entries(byKey).toSorted(([, a], [, b]) => b - a)
  return sizes.length === 0 ? 'none' : sizes.map(([key, bytes]) => `${nameText(key)} ${bytes}`).join(', ')
}

/** A name from inside a cookie, in quotes where its end would not be seen. */
export function nameText(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name)
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** In the largest unit of which there is one, rounded down. */
function distance(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'at no time'
  const [unit, length] = UNITS.find(([, size]) => Math.abs(milliseconds) >= size) ?? UNITS[3]
  const count = Math.floor(Math.abs(milliseconds) / length)
  if (count === 0) return 'now'
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`
  return milliseconds > 0 ? `in ${words}` : `${words} ago`
}
