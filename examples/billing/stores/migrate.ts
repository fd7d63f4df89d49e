import type { SqlSessionStore } from 'coatcheck/postgres'

/** More than a demo leaves behind. */
const LIMIT = 1000

/** Makes the table, and clears away what expired since the demo ran last. An application does that every few minutes. */
export async function migrate(store: SqlSessionStore): Promise<void> {
  await store.migrate()
  await store.sweep({ now: Math.floor(Date.now() / 1000), limit: LIMIT })
}
