import { expiryOf, judge, unwrap } from '../rails/metadata.ts'
import { isJsonObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { finding, type Finding } from './findings.ts'
import type { EnvelopeReport } from './report.ts'

/** A plaintext, with what is in it where it is an envelope. */
export interface ReadEnvelope {
  readonly report: EnvelopeReport
  /** What the session is read from; `undefined` where the envelope has no message that can be read. */
  readonly payload: Buffer | undefined
  readonly findings: readonly Finding[]
}

interface Judging {
  readonly cookieName: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly requirePurpose: boolean
}

const PREFIX = '{"_rails":{"message":'

/** Explains what a message says of itself (active_support/messages/metadata.rb). */
export function readEnvelope(plaintext: Buffer, judging: Judging): ReadEnvelope {
  const outer = parseObject(plaintext.toString('utf8'))
  if (outer === undefined || !Object.hasOwn(outer, '_rails')) {
    return { report: { form: 'none' }, payload: plaintext, findings: absentPurpose('no envelope, so no', judging) }
  }
  const inner = outer['_rails']
  const form = formOf(plaintext)
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
    return {
      report: { form },
      payload: undefined,
      findings: [...formFindings(form, outer), ...noMessage('no object', form)],
    }
  }
  const { message, exp, pur } = inner
  const unwrapped = unwrap(plaintext, 'parsed')
  const payload = typeof unwrapped === 'object' ? unwrapped.payload : undefined
  const expired = expiryOf(exp) === undefined ? undefined : isExpired(exp, judging.now)
  const report: EnvelopeReport = {
    form,
    ...(pur !== undefined && { purpose: pur }),
    ...(exp !== undefined && { exp }),
    ...(expired !== undefined && { expired }),
  }
  const findings = [
    ...formFindings(form, outer),
    ...(payload === undefined ? messageFindings(message, form) : []),
    ...expiryFindings(exp, judging.now),
    ...purposeFindings(pur, judging),
  ]
  return { report, payload, findings }
}

/** Rails' own bytes are those that JSON gives for the same keys in the same order, but for its escapes. */
function formOf(plaintext: Buffer): EnvelopeReport['form'] {
  const text = plaintext.toString('utf8')
  if (!text.startsWith(PREFIX)) return 'parsed'
  return EXACT.test(text) ? 'exact' : 'prefix'
}

const EXACT = /^\{"_rails":\{"message":"[\w+/]*={0,2}","exp":(?:null|"[^"]*"),"pur":(?:null|"(?:[^"\\]|\\.)*")\}\}$/

function formFindings(form: EnvelopeReport['form'], outer: Record<string, Json>): Finding[] {
  if (form !== 'parsed') return []
  const what = 'has an envelope with blanks or in another order of keys than Rails writes'
  const how = `which knows an envelope by the bytes ${PREFIX}`
  // What such a cookie becomes once Rails has written it: the envelope stays inside as data, beside a new session_id.
  return Object.hasOwn(outer, 'session_id')
    ? [finding('envelope-form', 'changes', `${what}, ${how}: it stays in the session as data`, { since: '7.1' })]
    : [finding('envelope-form', 'empty', `${what}, ${how}`, { since: '7.1' })]
}

function messageFindings(message: Json | undefined, form: EnvelopeReport['form']): Finding[] {
  if (typeof message === 'string') {
    return [finding('envelope-message', 'empty', 'has an envelope whose message is no strict base64')]
  }
  return noMessage('no text', form)
}

/** Rails before 7.1 calls a method that only text has. */
function noMessage(what: string, form: EnvelopeReport['form']): Finding[] {
  const text = `has an envelope whose message is ${what}`
  const older = finding('envelope-message', 'raises', text, { before: '7.1' })
  // What newer ones do with the other form, its own finding says.
  return form === 'parsed' ? [older] : [older, finding('envelope-message', 'empty', text, { since: '7.1' })]
}

function purposeFindings(purpose: Json | undefined, judging: Judging): Finding[] {
  const { cookieName } = judging
  if (purpose === undefined || purpose === null || purpose === '') return absentPurpose('no', judging)
  const found = [
    finding(
      'purpose-unreadable',
      'empty',
      'has a purpose, which Rails 5.2 refuses: turn metadata off while one is left',
      {
        before: '6.0',
      },
    ),
  ]
  if (purpose === `cookie.${cookieName}`) return found
  const other = typeof purpose === 'string' ? JSON.stringify(purpose) : `a ${typeof purpose}`
  return [
    ...found,
    finding('purpose-of-another', 'empty', `is for ${other}, expected "cookie.${cookieName}"`, { since: '6.0' }),
  ]
}

function absentPurpose(what: string, { requirePurpose }: Judging): Finding[] {
  const here = requirePurpose ? '; here requirePurpose refuses it' : ''
  return [
    finding('no-purpose', 'accepts', `has ${what} purpose, so it is accepted under any cookie name${here}`, {
      since: '6.0',
    }),
  ]
}

function expiryFindings(exp: Json | undefined, now: number): Finding[] {
  if (exp === undefined || exp === null) return []
  if (typeof exp === 'number') {
    const what = 'has a number for exp, which Rails compares with a Julian day: seconds since 1970 never end'
    return [finding('exp-number', isExpired(exp, now) ? 'empty' : 'accepts', what)]
  }
  if (exp === false) return [finding('exp-no-time', 'empty', 'has false for exp', { before: '7.1' })]
  if (typeof exp !== 'string' || expiryOf(exp) === undefined) {
    const what = 'has an exp that is no ISO 8601 time'
    return [
      finding('exp-no-time', 'raises', what, { since: '7.1' }),
      finding('exp-no-time', 'empty', what, { before: '7.1' }),
    ]
  }
  const zone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(exp)
    ? []
    : [finding('exp-without-zone', 'accepts', "has an exp without a zone: Rails takes its server's own, coatcheck UTC")]
  return isExpired(exp, now) ? [...zone, finding('expired', 'empty', `ended at ${exp}`)] : zone
}

function isExpired(exp: Json | undefined, now: number): boolean {
  const anyPurpose = { expected: undefined, mayBeAbsent: true }
  return judge({ exp, pur: undefined }, now, anyPurpose, 'parsed') === 'expired-absolute'
}

function parseObject(text: string): Record<string, Json> | undefined {
  try {
    const value = JSON.parse(text) as Json // as: JSON.parse gives nothing else
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
