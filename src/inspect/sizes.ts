import { COOKIE_LIMIT, cookieBytes } from '../cookies/budget.ts'
import { unescapeValue } from '../rails/escaped-value.ts'
import { isAtLeast, type RailsVersion } from '../rails/options.ts'
import { aside, finding, type Finding } from './findings.ts'
import type { SizeReport } from './report.ts'

/** A cookie's size as everybody counts it. */
export function measure(name: string, value: string, version: RailsVersion | undefined): SizeReport {
  const plain = unescapeValue(value.replaceAll('+', '%2B')) ?? value
  const unescaped = Buffer.byteLength(plain)
  const withName = version !== undefined && isAtLeast(version, '8.1')
  return {
    escaped: Buffer.byteLength(value),
    unescaped,
    browser: { bytes: cookieBytes(name, value), limit: COOKIE_LIMIT },
    ...(version !== undefined && {
      rails: { bytes: unescaped + (withName ? Buffer.byteLength(name) : 0), limit: COOKIE_LIMIT },
    }),
  }
}

export function browserFindings({ browser }: SizeReport): Finding[] {
  if (browser.bytes <= COOKIE_LIMIT) return []
  const over = browser.bytes - COOKIE_LIMIT
  return [
    aside(
      'over-browser-limit',
      'drops',
      `has ${browser.bytes} bytes of name and value, ${over} over the ${COOKIE_LIMIT} that browsers keep`,
    ),
  ]
}

/** `CookieOverflow`, which a request that reads the session raises too, because Rails writes it again. */
export function overflowFindings(name: string, { unescaped }: SizeReport): Finding[] {
  const again = 'raised when it is written again, which every request that reads a session does'
  const named = unescaped + Buffer.byteLength(name)
  return [
    ...(unescaped > COOKIE_LIMIT
      ? [
          finding(
            'over-rails-limit',
            'raises',
            `has ${unescaped} bytes before escaping, limit ${COOKIE_LIMIT}: CookieOverflow, ${again}`,
            { before: '8.1' },
          ),
        ]
      : []),
    ...(named > COOKIE_LIMIT
      ? [
          finding(
            'over-rails-limit',
            'raises',
            `has ${named} bytes with its name before escaping, limit ${COOKIE_LIMIT}: CookieOverflow, ${again}`,
            { since: '8.1' },
          ),
        ]
      : []),
  ]
}
