import { isError } from '../errors.ts'
import { exactJson, toJson } from '../rails/exact-numbers.ts'
import { loadMarshal, type RubyValue } from '../rails/marshal.ts'
import type { Members } from '../rails/members.ts'
import { readMembers } from '../rails/session-members.ts'
import { checkBounds } from '../rails/message-pack-bounds.ts'
import { loadMessagePack } from '../rails/message-pack.ts'
import type { CookiesSerializer, RailsSettings } from '../rails/options.ts'
import { nullObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { aside, finding, type Finding } from './findings.ts'
import { readJsonPayload, type JsonPayload, type NumberTrouble } from './json-payload.ts'
import type { PayloadFormat } from './report.ts'

/** A payload, read whatever the settings say. */
export interface ReadPayload {
  readonly serializer: PayloadFormat
  readonly bytes: number
  /** `undefined` where coatcheck cannot read it. */
  readonly value: Json | undefined
  readonly byKey: Readonly<Record<string, number>> | undefined
  readonly findings: readonly Finding[]
}

/** Never throws. */
export function readPayload(payload: Buffer, { serializer }: RailsSettings): ReadPayload {
  const format = formatOf(payload)
  const bytes = payload.length
  if (format === 'json') {
    const read = readJsonPayload(payload)
    const findings = [
      ...settingFindings(format, serializer),
      ...(read.problem === undefined ? [] : jsonFindings(read.problem)),
      ...numberFindings(read.numbers),
    ]
    return { serializer: format, bytes, value: read.value, byKey: read.byKey, findings }
  }
  const findings = settingFindings(format, serializer)
  try {
    const members = readMembers(format, payload)
    if (members !== undefined) return { serializer: format, bytes, ...membersReport(members, findings) }
    const value = format === 'marshal' ? loadMarshal(payload) : loadMessagePack(payload)
    return { serializer: format, bytes, value: toJson(value), byKey: jsonBytes(value), findings }
  } catch (error) {
    if (format === 'message_pack' && isCut(payload)) {
      const cut = finding('payload-cut', 'empty', 'is MessagePack that ends too early', { since: '7.1' })
      return { serializer: format, bytes, value: undefined, byKey: undefined, findings: [...findings, cut] }
    }
    // The readers' messages name types and classes, never values.
    const why = isError(error) ? error.message : 'it is damaged'
    const unread = aside('payload-unread', 'coatcheck', `holds what coatcheck does not read: ${why}`)
    return { serializer: format, bytes, value: undefined, byKey: undefined, findings: [...findings, unread] }
  }
}

/** Key by key, because one that cannot be read leaves the others as they are. */
function membersReport(
  { all }: Members,
  findings: readonly Finding[],
): Pick<ReadPayload, 'value' | 'byKey' | 'findings'> {
  const [value, byKey] = [nullObject(), new Map<string, number>()]
  const unread: Finding[] = []
  for (const [key, member] of all) {
    const { problem, bytes } = member
    if (problem === undefined) value[key] = toJson(member.value)
    const text = problem === undefined ? exactJson(member.value) : '?'.repeat(bytes)
    byKey.set(key, Buffer.byteLength(`${JSON.stringify(key)}:${text}`))
    if (problem === undefined) continue
    const what = `${names([key])} ${problem}: reading that key is refused, and it goes back as it came`
    unread.push(aside('unreadable-key', 'coatcheck', what))
  }
  return { value, byKey: Object.fromEntries(byKey), findings: [...findings, ...unread] }
}

function isCut(payload: Buffer): boolean {
  try {
    checkBounds(payload.subarray(2), 0)
    return false
  } catch {
    return true
  }
}

function formatOf(payload: Buffer): PayloadFormat {
  if (payload[0] === 0xcc && payload[1] === 0x80) return 'message_pack'
  return payload[0] === 0x04 && payload[1] === 0x08 ? 'marshal' : 'json'
}

/** Which formats a setting reads, by version (active_support/messages/serializer_with_fallback.rb). */
function settingFindings(format: PayloadFormat, setting: CookiesSerializer): Finding[] {
  const under = `under cookies_serializer :${setting}`
  switch (format) {
    case 'json':
      if (setting !== 'marshal') return []
      // Marshal raises a TypeError, whatever it was given.
      return [finding('serializer', 'raises', `is JSON, which Marshal cannot read, ${under}`, { before: '6.1' })]
    case 'marshal':
      if (setting === 'marshal' || setting === 'hybrid' || setting.endsWith('_allow_marshal')) return []
      return unreadable(
        'serializer',
        `is Marshal, which is not read ${under}: set :hybrid while such cookies are out there`,
      )
    case 'message_pack':
      // A Marshal reader refuses the first byte; a JSON reader is told the same as for any text.
      return setting === 'marshal'
        ? [finding('serializer', 'raises', `is MessagePack, which came with Rails 7.1, ${under}`, { before: '7.1' })]
        : unreadable('serializer', `is MessagePack, which came with Rails 7.1, ${under}`, true)
  }
}

/** Rails raises on a payload that its JSON cannot read until 7.0.5, which shows an empty session. */
function unreadable(code: string, what: string, onlyBefore71 = false): Finding[] {
  return [
    finding(code, 'empty', what, { since: '7.0', ...(onlyBefore71 && { before: '7.1' as const }) }),
    finding(code, 'raises', `${what} (before 7.0.5)`, { before: '7.0' }),
  ]
}

function jsonFindings(problem: NonNullable<JsonPayload['problem']>): Finding[] {
  switch (problem) {
    case 'empty':
      return unreadable('json', 'is empty')
    case 'syntax':
      return unreadable('json', 'is no JSON')
    case 'lone-surrogate':
      return unreadable('lone-surrogate', 'has half of a surrogate pair, which is no character')
    case 'invalid-utf8':
      return [finding('invalid-utf8', 'raises', 'is no UTF-8: it is read, and cannot be written again')]
    case 'nesting':
      return [
        finding('nesting', 'raises', 'nests more than 100 levels', { before: '7.0' }),
        finding('nesting', 'empty', 'nests more than 100 levels', { since: '7.0', before: '8.1' }),
        finding('nesting', 'raises', 'nests more than 100 levels', { since: '8.1' }),
      ]
  }
}

function numberFindings({ large, respelled, infinite }: NumberTrouble): Finding[] {
  const found: Finding[] = []
  const kept = 'coatcheck writes what nobody changed as it was'
  if (large.length > 0) {
    const what = `has integers beyond 2^53 in ${names(large)}, which are read as text`
    found.push(aside('large-integer', 'coatcheck', `${what}; ${kept}`))
  }
  if (respelled.length > 0) {
    const what = `has floats in ${names(respelled)} that JavaScript writes in another form, as 1 for 1.0`
    found.push(aside('float', 'coatcheck', `${what}; ${kept}`))
  }
  if (infinite.length > 0) {
    found.push(
      finding('infinite-number', 'changes', `has numbers in ${names(infinite)} beyond a float: null once written`),
    )
  }
  return found
}

/** Keys as a sentence names them: the first few, and how many more there are. */
export function names(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key))
  return keys.length > shown.length ? `${shown.join(', ')} and ${keys.length - shown.length} more` : shown.join(', ')
}

function jsonBytes(value: RubyValue): Readonly<Record<string, number>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, Buffer.byteLength(`${JSON.stringify(key)}:${exactJson(item)}`)]),
  )
}
