import { hash } from 'node:crypto'
import { randomBytes16 } from '../sealing/random.ts'
import { nullObject } from '../serializers/plain.ts'
import type { Json, JsonObject } from '../serializers/serializer.ts'
import type { SessionRecord } from '../session/host.ts'
import { INSTEAD_KEY } from '../session/reserved-keys.ts'

/** So many hexadecimal characters name a session to its successor: 64 bits, which nobody meets by trying. */
const NAME_CHARACTERS = 16
/** How many others a session can name beside the one that its id names. */
const MOST_NAMED = 4

/**
 * A new session id: 32 hexadecimal characters. Of a session that takes the place of another one, the first half says of which, so
 * that of both cookies the right one counts where a browser keeps them side by side. All else is random.
 */
export function newSessionId(former?: string): string {
  const random = randomBytes16().toString('hex')
  return former === undefined ? random : nameOf(former) + random.slice(NAME_CHARACTERS)
}

/** Whether a session was begun where `other` was, by a request that brought `other`. Nobody can make one who does not have it. */
export function isInPlaceOf(session: SessionRecord, other: SessionRecord): boolean {
  if (session.id === other.id) return false
  const name = nameOf(other.id)
  return session.id.startsWith(name) || namedIn(session.data[INSTEAD_KEY]).includes(name)
}

/** The same data, which says too that it takes the place of all these. */
export function inPlaceOf(others: readonly SessionRecord[], data: JsonObject): JsonObject {
  const names = others.slice(0, MOST_NAMED).map(({ id }) => nameOf(id))
  return Object.assign(nullObject(), data, { [INSTEAD_KEY]: names })
}

function nameOf(id: string): string {
  return hash('sha256', `coatcheck: in place of ${id}`).slice(0, NAME_CHARACTERS)
}

function namedIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
