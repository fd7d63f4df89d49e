import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import type { SessionChange, SessionStore, StoredSession } from '../../src/stores/store.ts'
import { newId, newIdBeside } from '../../src/testing/stored-sessions.ts'

/** Not when the contract sweeps. */
const NOW = 2_000_000

const name = fc.oneof(
  // So that what was set is also added to.
  { arbitrary: fc.constantFrom('n', 'm'), weight: 4 },
  fc.constantFrom(
    '',
    '0',
    '-1',
    '"',
    '\\',
    '\\"',
    "'",
    '{',
    '}',
    ',',
    '{"a":1}',
    'NULL',
    'null',
    '$',
    '$.a',
    '[0]',
    '%',
    '?1',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'key',
    'value',
    'id',
    'entries',
    ' a ',
    'é',
    '😀',
    '\u2028',
    '\ufffe',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/\p{Cc}/u.test(text)),
)

const number = fc.oneof(
  fc.integer({ min: -9, max: 9 }).filter((by) => by !== 0),
  fc.constantFrom(1, -1, 999_999_999_999_999, -999_999_999_999_999),
)

/** JSON text, and much of what looks like a number without being one of at most 15 digits. */
const value = fc.oneof(
  fc.json({ maxDepth: 2, stringUnit: 'binary' }),
  number.map(String),
  fc.constantFrom(
    '-0',
    '1e3',
    '1.0',
    '9999999999999999',
    '"7"',
    '"-"',
    'null',
    '[]',
    '"\\u0000"',
    '"\\ud800"',
    '" 1"',
    '""',
  ),
)

/** What becomes of each name: a value, an addition, or nothing. */
const changes = fc.uniqueArray(fc.tuple(name, fc.oneof(value, number, fc.constant(null))), {
  selector: ([each]) => each,
  maxLength: 6,
})

const step = fc.oneof(
  fc.record({
    do: fc.constant('insert' as const),
    entries: fc.dictionary(name, value, { maxKeys: 4 }),
    lasts: fc.nat(3),
  }),
  fc.record({
    do: fc.constant('update' as const),
    changes,
    lasts: fc.nat(3),
    moves: fc.boolean(),
    begins: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('update' as const),
    changes,
    lasts: fc.constant(3),
    moves: fc.constant(false),
    begins: fc.boolean(),
  }),
  fc.record({ do: fc.constant('delete' as const) }),
)

/** Whatever is done to a session, in whatever order, it is what `memoryStore` makes of it. */
export function likeMemory(open: () => Promise<SessionStore>): void {
  test('a session is what memoryStore would have made of it, whatever is done to it', async () => {
    const store = await open()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const memory = memoryStore({ allowDataLoss: true })
        const ids = [newId()]
        let now = NOW
        for (const each of [{ do: 'insert' as const, entries: { n: '1' }, lasts: 3 }, ...steps]) {
          const id = ids.at(-1) ?? ''
          const newer = newIdBeside(id)
          if (each.do === 'update' && each.moves) ids.push(newer)
          const act = (on: SessionStore): Promise<boolean | void> => {
            if (each.do === 'delete') return on.delete(id)
            if (each.do === 'insert') return on.insert(id, session(each.entries, now, each.lasts), now)
            return on.update(id, change(each, now, newer), now)
          }
          expect(await act(store)).toBe(await act(memory))
          for (const known of ids) expect(readable(await store.find(known))).toEqual(readable(await memory.find(known)))
          now += 1
        }
      }),
      { numRuns: 300 },
    )
  })
}

function session(entries: Readonly<Record<string, string>>, now: number, lasts: number): StoredSession {
  return { created: now, slid: now, expiresAt: now + lasts, entries: new Map(Object.entries(entries)) }
}

function change(
  {
    changes: named,
    lasts,
    moves,
    begins,
  }: { changes: [string, string | number | null][]; lasts: number; moves: boolean; begins: boolean },
  now: number,
  newer: string,
): SessionChange {
  const set = new Map<string, string>()
  const add = new Map<string, number>()
  const remove: string[] = []
  for (const [each, what] of named) {
    if (what === null) remove.push(each)
    else if (typeof what === 'number') add.set(each, what)
    else set.set(each, what)
  }
  return {
    set,
    add,
    remove,
    slid: now,
    expiresAt: now + lasts,
    ...(moves && { newId: newer }),
    ...(begins && { created: now }),
  }
}

/** The order of entries is nobody's business. */
function readable(found: StoredSession | undefined): unknown {
  return found && { ...found, entries: [...found.entries].sort() }
}
