import type { Dialect } from '../../sql/dialect.ts'
import type { SessionChange } from '../store.ts'
import { objectText } from './entries.ts'

/**
 * The column `entries` of a row after a change, as a database computes it by itself: so a change is one statement, and one of two
 * that come at the same time sees what the other one did.
 */
export interface ChangedEntries {
  /** An expression that takes parameters from `?7` on. */
  readonly sql: string
  /** These parameters. */
  values(change: Pick<SessionChange, 'set' | 'remove' | 'add'>): string[]
}

export const CHANGED_ENTRIES: Readonly<Record<Dialect, ChangedEntries>> = {
  postgres: {
    // Parameters are text to the client: one that saw jsonb would make JSON of what is JSON already, and one that saw an array might not
    // know how to write one.
    sql: `(entries - ?7::text::text[]) || ?8::text::jsonb || (
        SELECT COALESCE(jsonb_object_agg(key, (value::bigint +
          CASE WHEN entries ->> key ~ '^-?[0-9]{1,15}$' THEN (entries ->> key)::bigint ELSE 0 END)::text), '{}')
        FROM jsonb_each_text(?9::text::jsonb))`,
    values: ({ set, remove, add }) => [arrayLiteral(remove), objectText(set), objectText(add)],
  },
  sqlite: {
    // A merge patch of RFC 7396 removes what is null in it. Nothing in the column is: the values are text.
    sql: `json_patch(json_patch(entries, ?7), (
        SELECT json_group_object(addition.key, CAST(addition.value + COALESCE((
          SELECT CAST(entry.value AS INTEGER) FROM json_each(entries) AS entry
          WHERE entry.key = addition.key AND length(digits(entry)) BETWEEN 1 AND 15 AND digits(entry) NOT GLOB '*[^0-9]*'), 0) AS TEXT))
        FROM json_each(?8) AS addition))`
      // What is all digits where an entry is a whole number.
      .replaceAll('digits(entry)', `substr(entry.value, 1 + (entry.value GLOB '-*'))`),
    values: ({ set, remove, add }) => [
      objectText([...set, ...remove.map((name): [string, null] => [name, null])]),
      objectText(add),
    ],
  },
}

/** As PostgreSQL writes an array of text. */
function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`
}
