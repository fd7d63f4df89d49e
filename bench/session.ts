import type { Json } from '../src/index.ts'

/** What every contender seals: the session data of an application, as an object. */
export type SessionData = Record<string, Json>

/** The name of the cookie, the same for all. Only the limit of 4096 bytes counts it. */
export const COOKIE_NAME = 'session'

/** A session as coatcheck wants them, ids and small values: 176 bytes of JSON. */
export const SAMPLE: SessionData = {
  accountId: 184467,
  organizationId: '01JC8Z5T3V9W2XKQ7Y4B6D1FGH',
  role: 'admin',
  locale: 'en-GB',
  signedInAt: 1763881200,
  secondFactor: true,
  returnTo: '/',
  cartIds: [501, 77],
}

const PADS = 8

/** A session of exactly that many bytes of JSON (at least 65), spread over eight keys as no single value is large. */
export function sessionOfBytes(jsonBytes: number): SessionData {
  const empty = JSON.stringify(Object.fromEntries(Array.from({ length: PADS }, (_, at) => [`p${at}`, ''])))
  const spare = jsonBytes - empty.length
  const lengths = Array.from({ length: PADS }, (_, at) => Math.floor((spare + at) / PADS))
  return Object.fromEntries(lengths.map((length, at) => [`p${at}`, 'x'.repeat(length)]))
}
