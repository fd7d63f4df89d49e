import pg from 'pg'

/** A pool of `pg` on that server. Its connections that are idle when the server stops say so, and nobody minds. */
export function pgPool(url: string, options: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: url, ...options }).on('error', () => {})
}
