import { isJsonObject, isPrototypeKey } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { aside, finding, type Finding } from './findings.ts'
import { names, type ReadPayload } from './rails-payload.ts'
import type { ContentReport } from './report.ts'

/** What a payload holds as a session, and what Rails makes of it (action_dispatch/middleware/session/cookie_store.rb). */
export function sessionContent({ value, ...payload }: ReadPayload): {
  readonly report: ContentReport
  readonly findings: readonly Finding[]
} {
  const report = contentReport({ value, ...payload })
  if (value === undefined) return { report, findings: [] }
  if (!isJsonObject(value)) return { report, findings: [shapeFinding(value)] }
  const sessionId = idForm(value['session_id'])
  const csrf = value['_csrf_token']
  const findings = [
    ...idFindings(sessionId),
    ...nullFindings(value),
    ...flashFindings(value['flash']),
    ...(csrf !== undefined && csrf !== null && tokenForm(csrf) === 'other'
      ? [finding('csrf-token', 'accepts', 'has a _csrf_token that no Rails wrote: no form token fits it')]
      : []),
    ...(hasPrototypeKey(value)
      ? [
          aside(
            'prototype-key',
            'coatcheck',
            'has a key __proto__, constructor or prototype: legal in Ruby, and refused by the guard when a value with it is assigned',
          ),
        ]
      : []),
  ]
  return {
    report: {
      ...report,
      sessionId,
      ...(isJsonObject(value['flash']) && { flash: flashNames(value['flash']) }),
      ...(csrf !== undefined && csrf !== null && { csrfToken: tokenForm(csrf) }),
    },
    findings,
  }
}

/** What a payload holds as the value of a jar's cookie: anything. */
export function contentReport({ value, serializer, bytes, byKey }: ReadPayload): ContentReport {
  return {
    serializer,
    bytes,
    ...(value !== undefined && { type: typeOf(value) }),
    ...(byKey !== undefined && { byKey }),
  }
}

export function typeOf(value: Json): NonNullable<ContentReport['type']> {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as 'object' | 'string' | 'number' | 'boolean' // as: JSON has no others
}

function shapeFinding(value: Json): Finding {
  const type = typeOf(value)
  // Ruby takes nil and false for "nothing there" and asks anything else for its keys.
  if (value === null || value === false) return finding('no-object', 'empty', `is ${value}, and not an object`)
  return finding('no-object', 'raises', `is ${type === 'array' ? 'an' : 'a'} ${type}, and not an object`)
}

function idForm(id: Json | undefined): NonNullable<ContentReport['sessionId']> {
  if (id === undefined || id === null || id === false) return 'missing'
  if (typeof id !== 'string') return 'not-text'
  if (id === '') return 'empty'
  if (/^[\da-f]{32}$/.test(id)) return 'hex-32'
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id) ? 'uuid' : 'text'
}

function idFindings(form: NonNullable<ContentReport['sessionId']>): Finding[] {
  switch (form) {
    case 'missing':
      return [
        finding('no-session-id', 'empty', 'has no session_id; the next write brings the data back under a new one'),
      ]
    case 'not-text':
      return [finding('session-id-no-text', 'raises', 'has a session_id that is no text')]
    case 'empty':
      return [finding('session-id-empty', 'accepts', 'has an empty session_id, which stays empty')]
    default:
      return []
  }
}

function nullFindings(session: Record<string, Json>): Finding[] {
  const nulls = Object.keys(session).filter((key) => session[key] === null && key !== 'session_id')
  if (nulls.length === 0) return []
  return [finding('top-level-null', 'changes', `has null in ${names(nulls)}: dropped by the next write`)]
}

/** `Flash.from_session_value` (action_dispatch/middleware/flash.rb), which only a request that looks at the flash runs. */
function flashFindings(flash: Json | undefined): Finding[] {
  if (flash === undefined || flash === null) return []
  if (!isJsonObject(flash))
    return [
      finding('flash-shape', 'changes', `has a flash that is ${typeOf(flash)}: no flash, and gone once looked at`),
    ]
  if (isJsonObject(flash['flashes'])) return []
  const what =
    flash['flashes'] === undefined
      ? 'without "flashes"'
      : `whose "flashes" is ${typeOf(flash['flashes'])}, not an object`
  return [finding('flash-shape', 'raises', `has a flash ${what}: a request that looks at it fails`)]
}

function flashNames({ flashes }: Record<string, Json>): string[] {
  return flashes !== undefined && isJsonObject(flashes) ? Object.keys(flashes) : []
}

/** 32 bytes in one of the encodings that Rails ever wrote. */
function tokenForm(token: Json): NonNullable<ContentReport['csrfToken']> {
  if (typeof token !== 'string') return 'other'
  if (/^[\w-]{43}$/.test(token)) return 'base64url'
  if (/^[A-Za-z\d+/]{43}=$/.test(token)) return 'base64'
  return /^[\w-]{43}=$/.test(token) ? 'base64url-padded' : 'other'
}

function hasPrototypeKey(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => isPrototypeKey(key) || hasPrototypeKey(item))
}
