/**
 * SQL for SQLite that puts a table out of reach and back, for every process: whoever reads it gets an error at run time, as from a
 * disk that fails. Without the table it would be a mistake of the set-up.
 */
export function takeTableAway(table: string): { readonly away: string; readonly back: string } {
  return {
    away: `BEGIN; ALTER TABLE ${table} RENAME TO out_of_reach;
      CREATE VIEW ${table} AS SELECT * FROM out_of_reach WHERE abs(-9223372036854775808) > 0; COMMIT`,
    back: `BEGIN; DROP VIEW ${table}; ALTER TABLE out_of_reach RENAME TO ${table}; COMMIT`,
  }
}
