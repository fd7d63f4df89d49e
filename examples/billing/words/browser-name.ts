type Known = readonly (readonly [name: string, pattern: RegExp])[]

/** In this order, because each of them says that it is the next ones too. */
const BROWSERS: Known = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /(?:Chrome|\bCriOS|\bChromium)\//],
  ['Safari', /\bVersion\/.+\bSafari\//],
]

const SYSTEMS: Known = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]

/**
 * `Firefox on Linux`. Five names are what a list of one's own devices needs, so this is no job for a library that knows
 * hundreds. A user agent can say anything; it is shown and never believed.
 */
export function browserName(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return 'An unknown browser'
  const browser = nameIn(BROWSERS, userAgent) ?? 'Another browser'
  const system = nameIn(SYSTEMS, userAgent)
  return system === undefined ? browser : `${browser} on ${system}`
}

function nameIn(known: Known, userAgent: string): string | undefined {
  return known.find(([, pattern]) => pattern.test(userAgent))?.[0]
}
