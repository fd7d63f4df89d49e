import type { Store } from './stores.ts'

const DAY = 86_400_000

/** What the two databases write differently: a random handle of 22 characters, and 32 random bytes. */
const RANDOM = {
  sqlite: { handle: 'lower(hex(randomblob(11)))', hash: 'randomblob(32)' },
  postgres: { handle: 'substr(md5(random()::text), 1, 22)', hash: 'sha256(random()::text::bytea)' },
} as const // as const: the dialects are the keys

/**
 * Puts that many records of as many users into the store in one transaction, as years of sign-ins would have left them: alive
 * until `idleExpiresAt`, which may be long ago.
 */
export async function fill(store: Store, rows: number, idleExpiresAt: number): Promise<void> {
  const { handle, hash } = RANDOM[store.dialect]
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})`
  const began = idleExpiresAt - DAY
  await store.run(`
    BEGIN;
    INSERT INTO coatcheck_user_sessions (id, user_id, epoch, everyone_epoch, secret_hash, created_at, authenticated_at,
      last_seen_at, idle_expires_at, absolute_expires_at, ip_prefix, user_agent, label, method)
    ${numbers} SELECT ${handle}, 'filler ' || n, 0, 0, ${hash}, ${began}, ${began},
      ${began}, ${idleExpiresAt}, ${idleExpiresAt + DAY}, '203.0.113.0/24',
      'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', NULL, 'password' FROM numbers;
    INSERT INTO coatcheck_user_session_epochs (user_id, epoch)
    ${numbers} SELECT 'filler ' || n, 0 FROM numbers;
    COMMIT`)
  // Both plan by what they know of a table; PostgreSQL finds it out by itself after a minute.
  await store.run('ANALYZE')
}
