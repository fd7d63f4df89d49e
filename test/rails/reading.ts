import type { Json } from '../../src/index.ts'
import type { RailsOptions } from '../../src/rails/index.ts'
import { differenceOf } from './differences.ts'
import { optionsOf, parseExactly, readVectors, type MintingVersion, type Vector } from './vectors.ts'

/** Whatever reads what Rails wrote: the sources, or what was built of them. */
export interface Reader {
  /** The session of that Cookie header, as a handler has it. */
  readonly session: (name: string, options: RailsOptions, now: number, cookieHeader: string) => ReadSession
  /** A cookie of the jar. */
  readonly cookie: (view: 'signed' | 'encrypted', name: string, options: RailsJarFacts) => Json | undefined
}

export interface RailsJarFacts extends RailsOptions {
  readonly cookieHeader: string
  readonly clock: () => number
}

interface ReadSession {
  readonly id: string
  readonly flash: object
}

/** Every vector of that version that we read as Rails does: that was sent, and where `differences.ts` names no difference. */
export function readableVectors(version: MintingVersion, folder?: string): readonly Vector[] {
  return readVectors(version, folder).vectors.filter(
    (vector) => differenceOf(vector, version) === undefined && wasSent(vector),
  )
}

/** A cookie that Rails minted without raising, or one that it was sent. */
function wasSent({ request, expect: { ok, value } }: Vector): boolean {
  return request.op.startsWith('open') || (ok && value !== undefined)
}

export function isSession({ request: { op } }: Vector): boolean {
  return op === 'mint_session' || op === 'open_session'
}

export function isCookie({ request: { op } }: Vector): boolean {
  return op === 'mint' || op === 'open'
}

/** What is to be compared of a session. */
export interface Content {
  readonly id: string
  readonly data: unknown
  readonly flash: unknown
}

/** What we read of a session, and what Rails read of it. */
export function compareSession(
  reader: Reader,
  vector: Vector,
  version: MintingVersion,
): { ours: Content; rails: Content } {
  const { config, request, expect: minted } = vector
  const value = minted.value_escaped ?? request.value_escaped ?? encodeURIComponent(textOf(request.value))
  const header = request.cookie_header ?? `${config.key}=${value}`
  const held = reader.session(config.key, withHybrid(vector, version), Date.parse(request.now), header)
  const { session_id: id = held.id, flash, ...data } = expectedSession(vector)
  return {
    ours: { id: held.id, data: withoutRuby({ ...held }, data), flash: plain(held.flash) },
    rails: { id: String(id), data: withoutRuby(data, data), flash: expectedFlash(flash) },
  }
}

/** The same of a cookie of the jar; `null` where there is nothing to read. */
export function compareCookie(
  reader: Reader,
  vector: Vector,
  version: MintingVersion,
): { ours: unknown; rails: unknown } {
  const { request, opened, expect: minted } = vector
  const name = request.name ?? ''
  const text = minted.value_escaped ?? encodeURIComponent(textOf(request.value))
  const ours = reader.cookie(request.kind === 'signed' ? 'signed' : 'encrypted', name, {
    ...withHybrid(vector, version),
    cookieHeader: `${name}=${text}`,
    clock: () => Date.parse(request.now),
  })
  return { ours: ours ?? null, rails: (request.op === 'mint' ? opened?.value : minted.value) ?? null }
}

/** Marshal is read and never written: `hybrid` reads what it reads. */
export function withHybrid(vector: Vector, version: MintingVersion): RailsOptions {
  const options = optionsOf(vector.config, version)
  return options.serializer === 'marshal' ? { ...options, serializer: 'hybrid' } : options
}

/** What Rails shows of the cookie; where nobody read it back, what it wrote into it. */
function expectedSession({ opened, request, expect: { session, internals } }: Vector): Record<string, unknown> {
  if (request.op === 'open_session') return session ?? {}
  if (opened !== undefined) return opened.session ?? {} // a Rails that raised shows nothing
  return parseExactly(String(internals?.payload)) as Record<string, unknown> // as: a session is an object
}

function expectedFlash(flash: unknown): unknown {
  const { flashes = {}, discard } = (flash ?? {}) as { flashes?: Record<string, unknown>; discard?: string[] | null } // as: Rails' shape, where it is one
  return Object.fromEntries(Object.entries(flashes).filter(([name]) => !(discard ?? []).includes(name)))
}

/** Leaves out what JSON cannot hold: it stands as `{"$ruby": …}` or the like in the vectors, and as text or null in ours. */
function withoutRuby(session: Record<string, unknown>, expected: Record<string, unknown>): Record<string, unknown> {
  const rest = Object.entries(session).filter(
    ([key, value]) => !/"\$(?:ruby|symbol|hex)"/.test(JSON.stringify(expected[key] ?? null)) && !isInfinite(value),
  )
  return JSON.parse(JSON.stringify(Object.fromEntries(rest))) as Record<string, unknown> // as: it was one before
}

function isInfinite(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Without the prototypes that ours does not have and JSON has. */
function plain(flash: object): unknown {
  return JSON.parse(JSON.stringify({ ...flash }))
}
