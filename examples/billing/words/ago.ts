const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const // as const: units that Intl knows

/** `3 minutes ago`, `yesterday`; `just now` for less than a minute, to which such times are exact. */
export function ago(milliseconds: number, now: number): string {
  const seconds = (now - milliseconds) / 1000
  const unit = UNITS.find(([, length]) => seconds >= length)
  return unit === undefined ? 'just now' : words.format(-Math.floor(seconds / unit[1]), unit[0])
}
