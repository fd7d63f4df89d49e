import { createHash, hash, randomBytes } from 'node:crypto'
import { nullObject } from '../serializers/plain.ts'
import type { JsonObject } from '../serializers/serializer.ts'
import { FORMER_TICKET_KEY, TICKET_KEY } from '../session/reserved-keys.ts'

/**
 * What the cookie of a stored session carries, sealed: four hexadecimal characters that the session keeps for life, a dot, and
 * 256 random bits in 43 characters of base64url. The four characters are no secret; they let a cluster keep a session and what
 * becomes of it in one place.
 */
export type Ticket = string

const TICKET = /^[0-9a-f]{4}\.[\w-]{43}$/

export function newTicket(): Ticket {
  return ticketFrom(randomBytes(34))
}

/** Another ticket for the same session: what it opened before, it opens no more. */
export function renewedTicket(ticket: Ticket): Ticket {
  return `${tagOf(ticket)}.${randomBytes(32).toString('base64url')}`
}

/**
 * The ticket of a session that lived in the cookie until now: the same for every request that brings this cookie, so that
 * parallel ones move it to one place.
 *
 * @param unlogged what nobody knows who has not seen the cookie. The id stands in logs, and whoever has the secrets of the ring
 * can seal any ticket that they know.
 */
export function ticketOfCookie(sessionId: string, unlogged: string): Ticket {
  const text = `coatcheck: moved from the cookie: ${sessionId} ${unlogged}`
  return ticketFrom(createHash('sha512').update(text).digest().subarray(0, 34))
}

/** Where a store notes which copy of a session's cookie moved in. */
export function movedId(sessionId: string): string {
  const id = hash('sha256', `coatcheck: moved in: ${sessionId}`, 'base64url')
  return `${hash('sha256', id).slice(0, 4)}.${id}`
}

/** The ticket in what a cookie holds, if there is one. */
export function ticketIn(data: JsonObject): Ticket | undefined {
  return readTicket(data[TICKET_KEY])
}

/** The ticket that a session had before it moved into the cookie that holds it. */
export function formerTicketIn(data: JsonObject): Ticket | undefined {
  return readTicket(data[FORMER_TICKET_KEY])
}

export function withoutFormerTicket(data: JsonObject): JsonObject {
  if (!(FORMER_TICKET_KEY in data)) return data
  const rest = Object.assign(nullObject(), data)
  delete rest[FORMER_TICKET_KEY]
  return rest
}

/** The id that a store knows the session by: whoever reads the store has no ticket. */
export function storeId(ticket: Ticket): string {
  return `${tagOf(ticket)}.${hash('sha256', ticket, 'base64url')}`
}

/** Where a store notes that a session was ended or renewed, so that nobody moves it in again. */
export function endedId(id: string): string {
  return `${tagOf(id)}.${hash('sha256', `ended ${id}`, 'base64url')}`
}

function readTicket(value: unknown): Ticket | undefined {
  return typeof value === 'string' && TICKET.test(value) ? value : undefined
}

function ticketFrom(bytes: Buffer): Ticket {
  return `${bytes.toString('hex', 0, 2)}.${bytes.toString('base64url', 2)}`
}

function tagOf(text: string): string {
  return text.slice(0, text.indexOf('.'))
}
