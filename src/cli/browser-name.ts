import { printable } from './printable.ts'

/** The first that a User-Agent header names is what it is: later ones are there so that servers take it for something else. */
const BROWSERS: readonly (readonly [token: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [token: RegExp, name: string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

const LONGEST = 30

/** A User-Agent header as a person says it, `Firefox 143, Windows`; of one that is no browser's, the first 30 characters. */
export function browserName(userAgent: string): string {
  for (const [token, name] of BROWSERS) {
    const version = token.exec(userAgent)?.[1]
    if (version === undefined) continue
    const system = SYSTEMS.find(([mark]) => mark.test(userAgent))?.[1]
    return shortened(system === undefined ? `${name} ${version}` : `${name} ${version}, ${system}`)
  }
  return shortened(printable(userAgent))
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`
}
