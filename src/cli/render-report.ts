import type { CookieReport, Finding } from '../inspect/index.ts'
import { contentLines } from './render-content.ts'
import { sealLines } from './render-seal.ts'
import type { Line } from './report-line.ts'

/** A report as a person reads it: a verdict, a table, and what there is to say against the cookie. */
export function renderReport(report: CookieReport): string {
  const lines = [...sizeLines(report), ...sealLines(report), ...contentLines(report)]
  const width = Math.max(...lines.map(([label]) => label.length))
  const table = lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`)
  const values = report.data === undefined ? [] : ['', JSON.stringify(report.data, null, 2)]
  return `${harmless([verdictLine(report), '', ...table, ...findingLines(report), ...values].join('\n'))}\n`
}

/** Names from inside a cookie could move a terminal's cursor, or turn its text around. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function verdictLine({ name, verdict, kind }: CookieReport): string {
  const cookie = kind === 'session' ? name : `${name} (${kind})`
  if (verdict.ok) {
    return verdict.secret === 0
      ? `${cookie} opens.`
      : `${cookie} opens, with previous secret or older way ${verdict.secret}: it will be sealed again.`
  }
  if (verdict.reason === 'no-secret')
    return `${cookie} was not opened: no secret is given, so this is what shows outside.`
  return `${cookie} is refused: ${verdict.reason}.`
}

function sizeLines({ size, version, input }: CookieReport): Line[] {
  const { browser, rails, escaped, unescaped } = size
  const counts = rails === undefined ? [] : [`${rails.bytes} of ${rails.limit} as Rails ${version} counts`]
  return [
    [
      'read from',
      `${FORMS[input.form]}${input.cookies > 1 ? `, the first of ${input.cookies} cookies of that name` : ''}`,
    ],
    ['value', escaped === unescaped ? `${escaped} bytes` : `${escaped} bytes, ${unescaped} before escaping`],
    ['size', [`${browser.bytes} of ${browser.limit} bytes as browsers count`, ...counts].join(', ')],
  ]
}

const FORMS: Readonly<Record<CookieReport['input']['form'], string>> = {
  value: 'a bare value',
  pair: 'name=value',
  'cookie-line': 'a Cookie line',
  'set-cookie-line': 'a Set-Cookie line',
}

function findingLines({ findings, version, outcome }: CookieReport): string[] {
  const title = outcome === undefined ? [] : ['', `Rails ${version} ${OUTCOMES[outcome]}.`]
  if (findings.length === 0) return title
  return [...title, ...(title.length === 0 ? [''] : []), ...findings.map(findingLine)]
}

const OUTCOMES = {
  reads: 'reads it',
  empty: 'takes it for no cookie: an empty session',
  raises: 'raises: the request is answered with a 500',
} as const

function findingLine({ code, effect, versions, message }: Finding): string {
  return `  - It ${message}. ${EFFECTS[effect]}${range(versions)} [${code}]`
}

const EFFECTS: Readonly<Record<Finding['effect'], string>> = {
  raises: '500 in Rails',
  empty: 'An empty session in Rails',
  changes: 'Read, and changed when written, by Rails',
  accepts: 'Read by Rails',
  drops: 'Browsers drop it.',
  coatcheck: 'For coatcheck.',
}

/** The versions are neighbours, so that the first and the last say all of them. */
function range(versions: readonly string[]): string {
  const [first, last] = [versions[0], versions.at(-1)]
  if (first === undefined) return ''
  return first === last ? ` ${first}.` : ` ${first} to ${last}.`
}
