import { compactFormat } from '../cookies/compact-session.ts'
import { cookiePurpose } from '../cookies/jar-sealers.ts'
import { parseJson } from '../serializers/json.ts'
import { isJsonObject } from '../serializers/plain.ts'
import type { Json } from '../serializers/serializer.ts'
import { TICKET_KEY } from '../session/reserved-keys.ts'
import type { Payload } from '../sealing/payload.ts'
import { createCompactSealer, createSignedSealer } from '../sealing/sealer.ts'
import { createSecretRing, type SecretRing } from '../sealing/secrets.ts'
import type { Lifetime } from '../session/lifetime.ts'
import { checkOptions } from '../options.ts'
import { readCompact, type CompactValue } from './compact-value.ts'
import type { Explanation, Subject } from './explanation.ts'
import { aside, type Finding } from './findings.ts'
import type { InspectOptions } from './options.ts'
import { readRailsValue } from './rails-value.ts'
import type { CompactReport, ContentReport, SealedHeader } from './report.ts'
import { typeOf } from './session-content.ts'
import { judge, NO_SECRET } from './verdict.ts'

/** Explains a cookie in our own format. @throws `ERR_SECRET`, `ERR_OPTIONS` */
export function explainCompact(subject: Subject, options: InspectOptions): Explanation {
  const { name, value } = subject
  const { secrets, idleTimeout, absoluteTimeout } = options
  const timeouts = { idleTimeout, absoluteTimeout }
  const { lifetime } = checkOptions({ name, secrets: secrets ?? [], ...timeouts })
  const ring = secrets && createSecretRing(secrets)
  const verdict = secrets === undefined ? NO_SECRET : judge(subject, compactFormat(secrets), timeouts)
  const seal = readCompact(value)
  if (seal === undefined) {
    const { scheme, parts } = readRailsValue(value)
    return { verdict, scheme, parts, findings: [notOurs(scheme !== 'unknown')], data: undefined }
  }
  const { scheme, parts, ...outside } = seal
  const payload = ring && openPayload(name, value, seal, ring)
  const compact: CompactReport = {
    ...outside,
    secret: ring?.byKeyId(Number.parseInt(seal.keyId, 16))?.index,
    ...(payload !== undefined && { sealed: headerOf(payload, lifetime) }),
  }
  const data = payload && readJson(payload.json)
  const content = payload && contentOf(payload.json, data)
  const findings = kindFindings(subject, seal, payload)
  return { verdict, scheme, parts, compact, ...(content !== undefined && { content }), findings, data }
}

function openPayload(name: string, value: string, { scheme }: CompactValue, ring: SecretRing): Payload | undefined {
  const purpose = cookiePurpose(name)
  // The clock measures the age of a salt, and nothing is sealed here.
  const sealer = scheme === 'compact' ? createCompactSealer(ring, purpose, () => 0) : createSignedSealer(ring, purpose)
  const opened = sealer.open(value)
  return opened.ok ? opened.payload : undefined
}

function headerOf(payload: Payload, { idleSeconds, absoluteSeconds }: Lifetime): SealedHeader {
  const { kind, created } = payload
  if (kind === 'value') {
    const { expires } = payload
    return { kind, created: iso(created), ...(expires !== undefined && { expires: iso(expires) }) }
  }
  const { slid, persistent } = payload
  return {
    kind,
    created: iso(created),
    slid: iso(slid),
    idleEnd: iso(slid + idleSeconds),
    absoluteEnd: iso(created + absoluteSeconds),
    persistent,
  }
}

function readJson(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function contentOf(text: string, data: Json | undefined): ContentReport {
  const bytes = Buffer.byteLength(text)
  if (data === undefined) return { serializer: 'json', bytes }
  if (!isJsonObject(data)) return { serializer: 'json', bytes, type: typeOf(data) }
  const pairs = Object.entries(data).map(([key, value]): [string, number] => [
    key,
    Buffer.byteLength(`${JSON.stringify(key)}:${JSON.stringify(value)}`),
  ])
  const { flash } = data
  return {
    serializer: 'json',
    bytes,
    type: 'object',
    byKey: Object.fromEntries(pairs),
    ...(flash !== undefined && isJsonObject(flash) && { flash: Object.keys(flash) }),
    ...(TICKET_KEY in data && { livesIn: 'server store' as const }),
  }
}

function kindFindings({ kind }: Subject, { scheme }: CompactValue, payload: Payload | undefined): Finding[] {
  const holds = scheme === 'compact-signed' ? 'signed' : payload?.kind === 'value' ? 'encrypted' : undefined
  const differs = holds === undefined ? payload?.kind === 'session' && kind !== 'session' : holds !== kind
  if (!differs) return []
  const found = holds === undefined ? 'a session' : `a cookie of jar.${holds}`
  return [aside('other-kind', 'coatcheck', `is ${found}: say --kind ${holds ?? 'session'} to read it as one`)]
}

function notOurs(isRails: boolean): Finding {
  if (isRails)
    return aside('other-format', 'coatcheck', 'has the shape of a Rails cookie: say --rails to read it as one')
  return aside('no-message', 'coatcheck', 'is no sealed text of coatcheck: another alphabet, length or version byte')
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
