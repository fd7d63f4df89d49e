import { randomBytes } from 'node:crypto'
import type { SessionStore, StoredSession } from '../../src/stores/store.ts'

/** A kind of session that is measured: each has the same entries with values of the same length, and no two the same values. */
export interface Sample {
  readonly name: string
  readonly entries: () => ReadonlyMap<string, string>
}

/** What many applications keep: a user, a role, a token of 32 bytes against forged requests. */
const small: Sample = {
  name: '3 entries',
  entries: () =>
    new Map([
      ['userId', number(7)],
      ['role', '"member"'],
      ['csrf', text(43)],
    ]),
}

/** About 2 KiB: these, ids of what the user is at, and texts that a form waits with. */
const larger: Sample = {
  name: '20 entries',
  entries: () =>
    new Map([
      ...small.entries(),
      ...Array.from({ length: 7 }, (_, at) => [`orderId${at}`, number(8)] as const), // as const: a pair
      ...Array.from({ length: 10 }, (_, at) => [`draftText${at}`, text(165)] as const), // as const: a pair
    ]),
}

export const SAMPLES: readonly Sample[] = [small, larger]

/** The bytes of its JSON, as `maxBytes` counts them. */
export function jsonBytes({ entries }: Sample): number {
  const members = [...entries()].map(([name, value]) => `${JSON.stringify(name)}:${value}`)
  return Buffer.byteLength(`{${members.join(',')}}`)
}

/** How many are on their way to the store at once. */
const BATCH = 500

/** Puts that many such sessions into the store and gives their ids. */
export async function fill(store: SessionStore, { entries }: Sample, count: number): Promise<string[]> {
  const now = Math.floor(Date.now() / 1000)
  const session = (): StoredSession => ({ created: now, slid: now, expiresAt: now + 14 * 86_400, entries: entries() })
  const ids = Array.from({ length: count }, newId)
  for (let from = 0; from < count; from += BATCH) {
    // oxlint-disable-next-line no-await-in-loop -- all at once would hold every session in this process
    await Promise.all(ids.slice(from, from + BATCH).map((id) => store.insert(id, session(), now)))
  }
  return ids
}

/** As `createSessions` makes them. */
function newId(): string {
  return `${randomBytes(2).toString('hex')}.${randomBytes(32).toString('base64url')}`
}

function number(digits: number): string {
  return String(10 ** (digits - 1) + Math.floor(Math.random() * 9 * 10 ** (digits - 1)))
}

function text(characters: number): string {
  return JSON.stringify(randomBytes(characters).toString('base64url').slice(0, characters))
}
