import { railsFormat } from '../rails/rails-format.ts'
import { checkRailsOptions, type RailsOptions, type RailsSettings } from '../rails/options.ts'
import { readCompact } from './compact-value.ts'
import type { Explanation, Subject } from './explanation.ts'
import { aside, finding, type Finding } from './findings.ts'
import type { InspectRailsOptions } from './options.ts'
import { readEnvelope } from './rails-envelope.ts'
import { readPayload } from './rails-payload.ts'
import { nameFindings, valueFindings } from './rails-value-findings.ts'
import { readRailsValue, type RailsValue } from './rails-value.ts'
import { openRailsMessage } from './rails-ways.ts'
import type { ContentReport, EnvelopeReport, FittingOptions, OpenedBy } from './report.ts'
import { contentReport, sessionContent } from './session-content.ts'
import { judge, NO_SECRET } from './verdict.ts'

/**
 * Explains a cookie of a Rails application.
 *
 * @throws `ERR_OPTIONS`
 */
export function explainRails(subject: Subject, { secretKeyBase, ...rest }: InspectRailsOptions): Explanation {
  // Without a secret the settings are looked at, and no key is tried.
  const settings = checkRailsOptions({ ...rest, secretKeyBase: secretKeyBase ?? 'none' })
  const { version } = settings
  const value = readRailsValue(subject.value)
  const outside = { scheme: value.scheme, parts: value.parts, version }
  const spelling = [
    ...nameFindings(subject.name),
    ...formatFindings(subject.value),
    ...valueFindings(subject.value, value),
    ...kindFindings(subject, value),
  ]
  if (secretKeyBase === undefined) {
    return { verdict: NO_SECRET, ...outside, rails: {}, findings: spelling, data: undefined }
  }
  const verdict = judge(subject, railsFormat(readable({ ...rest, secretKeyBase })))
  const message = openRailsMessage(value.clean, value.scheme, settings)
  if (message === undefined) {
    const findings = value.scheme === 'unknown' ? spelling : [...spelling, notAuthentic]
    return { verdict, ...outside, rails: {}, findings, data: undefined }
  }
  const { opened, options } = message
  const inside = readInside(message.plaintext, subject, settings)
  const findings = [...spelling, ...openedFindings(opened, inside.envelope), ...inside.findings]
  const { envelope, content, data } = inside
  const fits = fitting(opened.by === 'other' ? options : {}, envelope, settings)
  return {
    verdict,
    ...outside,
    rails: { opened, envelope, ...(fits !== undefined && { fits }) },
    ...(content !== undefined && { content }),
    findings,
    data,
  }
}

const notAuthentic = finding(
  'not-authentic',
  'empty',
  'opens with no digest or cipher under this secret_key_base: another application wrote it, or it was changed on the way',
)

/** Marshal is read and never written, which `hybrid` says. */
function readable(options: RailsOptions): RailsOptions {
  return options.serializer === 'marshal' ? { ...options, serializer: 'hybrid' } : options
}

/** The options that differ from the settings; whether metadata is written shows in the envelope's purpose. */
function fitting(found: FittingOptions, envelope: EnvelopeReport, settings: RailsSettings): FittingOptions | undefined {
  const { purpose = null } = envelope
  const options: FittingOptions = { ...found, metadata: purpose !== null && purpose !== '' }
  const given: FittingOptions = { ...settings.keys, cookiesDigest: settings.cookiesDigest, metadata: settings.metadata }
  const differing = Object.entries(options).filter(([key, value]) => Reflect.get(given, key) !== value)
  return differing.length === 0 ? undefined : Object.fromEntries(differing)
}

interface Inside {
  readonly envelope: EnvelopeReport
  readonly content: ContentReport | undefined
  readonly data: Explanation['data']
  readonly findings: readonly Finding[]
}

function readInside(plaintext: Buffer, { name, kind, now }: Subject, settings: RailsSettings): Inside {
  const { requirePurpose } = settings
  const envelope = readEnvelope(plaintext, { cookieName: name, now, requirePurpose })
  if (envelope.payload === undefined) {
    return { envelope: envelope.report, content: undefined, data: undefined, findings: envelope.findings }
  }
  const payload = readPayload(envelope.payload, settings)
  const { report, findings } =
    kind === 'session' ? sessionContent(payload) : { report: contentReport(payload), findings: [] }
  return {
    envelope: envelope.report,
    content: report,
    data: payload.value,
    findings: [...envelope.findings, ...payload.findings, ...findings],
  }
}

function openedFindings({ by, scheme, rotation, keyDigest }: OpenedBy, { exp }: EnvelopeReport): Finding[] {
  const which = `${scheme} and key digest ${keyDigest}`
  switch (by) {
    case 'current':
      return []
    case 'other':
      return [finding('settings-differ', 'empty', `opens with ${which}, which is not what the options say`)]
    default: {
      const end = typeof exp === 'string' ? ', without its end' : ''
      const what = by === 'legacy' ? `the older way that Rails still reads, ${which}` : `rotation ${rotation}, ${which}`
      return [finding('reissued', 'changes', `was sealed in ${what}: written again in the current way${end}`)]
    }
  }
}

function kindFindings({ kind }: Subject, { scheme }: RailsValue): Finding[] {
  const isSigned = scheme === 'rails-signed'
  if (scheme === 'unknown' || isSigned === (kind === 'signed')) return []
  return [
    isSigned
      ? finding('other-kind', 'empty', `is a signed cookie: say --kind signed to read it as one of cookies.signed`)
      : finding('other-kind', 'empty', 'is an encrypted cookie: cookies.signed does not read it'),
  ]
}

function formatFindings(text: string): Finding[] {
  if (readCompact(text) === undefined) return []
  return [
    aside('other-format', 'coatcheck', "is a cookie in coatcheck's own format: leave --rails out to read it as one"),
  ]
}
