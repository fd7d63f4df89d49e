import type { CommitHeaders, Exchange } from '../../src/index.ts'

/** What the response carries, of sessions that live in the cookie: there is nothing to wait for. */
export function commitNow(exchange: Pick<Exchange<object>, 'commit'>): CommitHeaders {
  const commit = exchange.commit()
  if (commit instanceof Promise) throw new Error('A session in the cookie has nothing to wait for.')
  return commit
}
