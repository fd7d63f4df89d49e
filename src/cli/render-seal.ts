import type { CookieReport } from '../inspect/index.ts'
import { nameText, timeText, type Line } from './report-line.ts'

type Compact = NonNullable<CookieReport['compact']>
type Rails = NonNullable<CookieReport['rails']>

/** What a cookie was sealed with, and what the seal says of it. */
export function sealLines(report: CookieReport): Line[] {
  const { scheme, parts, compact, rails, at } = report
  const partTexts = parts.map(({ name, characters, bytes }) =>
    characters === undefined ? `${name} ${bytes}` : `${name} ${bytes} (${characters} characters)`,
  )
  return [
    ['scheme', SCHEMES[scheme]],
    ...(parts.length === 0 ? [] : [['bytes of', partTexts.join(', ')] as const]),
    ...(compact === undefined ? [] : compactLines(compact, report)),
    ...(rails === undefined ? [] : railsLines(rails, at)),
  ]
}

const SCHEMES: Readonly<Record<CookieReport['scheme'], string>> = {
  compact: 'coatcheck compact: AES-256-GCM',
  'compact-signed': 'coatcheck signed: HMAC-SHA256, readable by whoever holds it',
  'rails-gcm': 'Rails, encrypted with AES-GCM',
  'rails-cbc': 'Rails, encrypted with AES-CBC and an HMAC',
  'rails-signed': 'Rails, signed: readable by whoever holds it',
  unknown: 'none that is known',
}

function compactLines(compact: Compact, { at, verdict }: CookieReport): Line[] {
  const { formatVersion, keyId, secret, salt, nonce, sealed } = compact
  const which =
    secret === undefined ? 'none of the secrets' : secret === 0 ? 'the current secret' : `previous secret ${secret}`
  const given = verdict.ok || verdict.reason !== 'no-secret'
  const lines: (Line | undefined)[] = [
    ['version', String(formatVersion)],
    ['key id', given ? `${keyId}, ${which}` : keyId],
    salt === undefined ? undefined : ['salt', salt],
    nonce === undefined ? undefined : ['nonce', nonce],
  ]
  if (sealed !== undefined) {
    const time = (label: string, iso: string | undefined): Line | undefined =>
      iso === undefined ? undefined : [label, timeText(iso, at)]
    lines.push(
      ['holds', sealed.kind === 'session' ? 'a session' : 'a value'],
      time('created', sealed.created),
      time('last slid', sealed.slid),
      time('idle end', sealed.idleEnd),
      time('absolute end', sealed.absoluteEnd),
      sealed.kind === 'value' ? (time('expires', sealed.expires) ?? ['expires', 'never']) : undefined,
      sealed.persistent === undefined
        ? undefined
        : ['persistent', sealed.persistent ? 'yes: outlives the browser' : 'no'],
    )
  }
  return lines.filter((line) => line !== undefined)
}

function railsLines({ opened, envelope, fits }: Rails, at: string): Line[] {
  const lines: Line[] = []
  if (opened !== undefined) {
    const { scheme, by, rotation, keyDigest } = opened
    const whose = by === 'rotation' || (by === 'other' && rotation > 0) ? `${WAYS[by]}, rotation ${rotation}` : WAYS[by]
    lines.push(['opened with', `${scheme}, ${whose}`], ['key digest', keyDigest])
  }
  if (fits !== undefined) lines.push(['options that fit', JSON.stringify(fits)])
  if (envelope === undefined) return lines
  const { form, purpose, exp, expired } = envelope
  lines.push(['envelope', FORMS[form]])
  if (form === 'none') return lines
  lines.push(['purpose', typeof purpose === 'string' ? nameText(purpose) : (JSON.stringify(purpose) ?? 'none')])
  const end = typeof exp === 'string' && expired !== undefined ? timeText(exp, at) : JSON.stringify(exp)
  lines.push([
    'expires',
    exp === undefined || exp === null ? 'never' : `${end}${expired === true ? ', has passed' : ''}`,
  ])
  return lines
}

const WAYS = {
  current: 'the current settings',
  rotation: 'an older way',
  legacy: 'the older way that Rails still reads',
  other: 'not the settings that were given: these fit',
} as const

const FORMS = {
  none: 'none',
  exact: 'as Rails writes it',
  prefix: 'begins as Rails writes it, and differs behind that',
  parsed: 'one that Rails knew before 7.1',
} as const
