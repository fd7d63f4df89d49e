import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { SessionChange, StoredSession } from '../stores/store.ts'

/** The clock of the contract: a store has none of its own, but one that removes by time must not be ahead of it. */
export const NOW: number = Math.floor(Date.now() / 1000)

/** As `createSessions` makes them: a few characters that a session keeps, a dot, and a hash. */
export function newId(): string {
  return newIdBeside(`${randomBytes(2).toString('hex')}.`)
}

export function newIdBeside(id: string): string {
  return `${id.split('.')[0] ?? ''}.${createHash('sha256').update(randomBytes(32)).digest('base64url')}`
}

/** Entries as objects, for reading. */
type Entries = Readonly<Record<string, string>>

export function newSession({
  entries = { a: '1' },
  created = NOW,
  slid = NOW,
  expiresAt = NOW + 3600,
}: Partial<Omit<StoredSession, 'entries'>> & { entries?: Entries }): StoredSession {
  return { created, slid, expiresAt, entries: new Map(Object.entries(entries)) }
}

interface Changes extends Partial<Omit<SessionChange, 'set' | 'add'>> {
  readonly set?: Entries
  readonly add?: Readonly<Record<string, number>>
}

export function newChange({
  set = {},
  remove = [],
  add = {},
  slid = NOW,
  expiresAt = NOW + 3600,
  ...rest
}: Changes): SessionChange {
  return { set: new Map(Object.entries(set)), remove, add: new Map(Object.entries(add)), slid, expiresAt, ...rest }
}

/** Names and values that careless SQL, JSON columns and protocols get wrong. */
export function awkwardEntries(): Entries {
  return {
    '': '"an empty name"',
    created: '"a name that a store may use itself"',
    slid: '1',
    expires: '2',
    'a name with blanks, "quotes", a $ and a :': '"\\u0000 and \\ud800 and \\n"',
    "'; DROP TABLE sessions; --": '"\'; DROP TABLE sessions; --"',
    '$.a[0].b': '{"z":1,"a":{"y":[],"b":{}},"0":null}',
    'é漢字😀': '"é漢字😀\\\\"',
    number: '-1.5e-7',
    long: JSON.stringify('x'.repeat(1000)),
    truth: 'true',
    nothing: 'null',
  }
}

export function assertSession(found: StoredSession | undefined, expected: StoredSession): void {
  assert.ok(found !== undefined, 'it is not there')
  const { created, slid, expiresAt } = expected
  assert.deepEqual([found.created, found.slid, found.expiresAt], [created, slid, expiresAt], 'created, slid, expiresAt')
  assertEntries(found, Object.fromEntries(expected.entries))
}

export function assertEntries(found: StoredSession | undefined, expected: Entries): void {
  assert.ok(found !== undefined, 'it is not there')
  assert.deepEqual(Object.fromEntries(found.entries), { ...expected })
}
