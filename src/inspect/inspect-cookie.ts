import { checkAttributes } from '../cookies/attributes.ts'
import { blameCaller } from '../errors.ts'
import { explainCompact } from './compact-cookie.ts'
import { readInput, type CookieInput } from './cookie-input.ts'
import type { Explanation, Subject } from './explanation.ts'
import { aside, finding, forVersion, outcomeFor, type Finding } from './findings.ts'
import type { InspectOptions } from './options.ts'
import { explainRails } from './rails-cookie.ts'
import { asSent } from './rails-value.ts'
import type { CookieReport, SizeReport } from './report.ts'
import { browserFindings, measure, overflowFindings } from './sizes.ts'

/**
 * Explains a cookie: what sealed it, what is in it, when it ends, whether it is accepted, and what a Rails version would
 * not like about it. Never throws for what the cookie is.
 *
 * @param text a cookie's value, a `name=value` or a whole Cookie or Set-Cookie line
 * @throws `ERR_OPTIONS`, `ERR_SECRET` for what the options are
 */
export function inspectCookie(text: string, options: InspectOptions): CookieReport {
  return blameCaller(inspectCookie, () => inspect(text, options))
}

function inspect(text: string, options: InspectOptions): CookieReport {
  const { name, kind = 'session', rails, clock = Date.now, allVersions = false, showValues = false } = options
  checkAttributes(name)
  const now = clock()
  const { form, values, scope } = readInput(text, name)
  const [given = ''] = values
  const value = rails === undefined || form !== 'value' ? given : asSent(given)
  const subject: Subject = { name, kind, value, now }
  const { findings, data, version, ...explained } =
    rails === undefined ? explainCompact(subject, options) : explainRails(subject, rails)
  const size = measure(name, value, version)
  const all = [
    ...inputFindings(values, value),
    ...scopeFindings({ scope, values }, subject, rails),
    ...findings,
    ...sizeFindings(size, subject, explained),
  ]
  return {
    name,
    kind,
    at: new Date(now).toISOString(),
    input: { form, cookies: values.length },
    size,
    ...explained,
    ...(values.length === 0 && { verdict: { ok: false, reason: 'missing' } as const }),
    ...(version !== undefined && { version }),
    ...(version !== undefined && rails?.secretKeyBase !== undefined && { outcome: outcomeFor(version, all) }),
    findings: forVersion(all, version, allVersions),
    ...(showValues && data !== undefined && { data }),
  }
}

function inputFindings(values: readonly string[], value: string): Finding[] {
  if (values[0]?.includes('+') === true && !value.includes('+')) {
    const what = 'has a bare + and no %, so it was taken for a decoded copy; sent like that, its + are blanks to Rails'
    return [aside('decoded-copy', 'coatcheck', what)]
  }
  if (values.length < 2) return []
  const what = `stands there ${values.length} times: Rails takes the first, whatever it is; coatcheck tries every one`
  return [finding('several-cookies', 'accepts', what)]
}

/** Where two applications set one cookie in two places, each writes its own, and neither finds what the other wrote. */
function scopeFindings(
  { scope, values }: Pick<CookieInput, 'scope' | 'values'>,
  subject: Subject,
  rails: InspectOptions['rails'],
): Finding[] {
  if (rails === undefined) return []
  const { domain, path = '/' } = scope ?? {}
  const given = [
    ...(domain === undefined || domain === '' ? [] : [`domain: '${domain.replace(/^\./, '')}'`]),
    ...(path === '/' || path === '' ? [] : [`path: '${path}'`]),
  ]
  const there = given.length === 0 ? [] : [`is set with cookie: { ${given.join(', ')} }: say so in createSessions, too`]
  const opened =
    new Set(values).size < 2 ? [] : values.filter((value) => explainRails({ ...subject, value }, rails).verdict.ok)
  const both =
    new Set(opened).size < 2
      ? []
      : [
          `is there ${opened.length} times, and each opens: the two applications set it with another domain or path. Read session_options off, and say the same in cookie of createSessions`,
        ]
  return [...there, ...both].map((what) => aside('cookie-scope', 'coatcheck', what))
}

function sizeFindings(size: SizeReport, { name, kind }: Subject, { rails }: Partial<Explanation>): Finding[] {
  // What does not open is not written again, nor is a cookie of the jar that is only read.
  const isRewritten = rails?.opened !== undefined && kind === 'session'
  return [...browserFindings(size), ...(isRewritten ? overflowFindings(name, size) : [])]
}
