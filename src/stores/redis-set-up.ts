import { isError, SessionError } from '../errors.ts'
import { reducedError } from '../reduced-error.ts'

/** What Redis or its client says where the set-up is wrong, of scripts in the middle of Redis' own words, and what to do. */
const CURES: readonly (readonly [says: RegExp, cure: string])[] = [
  [
    /(?:^|-)NOPERM |^ERR The user executing the script can't /,
    'Let its user run HGETALL, HMGET, HGET, HSET, HDEL, EXISTS, DEL, UNLINK, RENAME, PEXPIRE, EVAL and EVALSHA on keys that begin with the prefix',
  ],
  [/^NOAUTH /, 'Give the client a user name and a password'],
  [/^ERR unknown command /, 'It lacks a command, or calls it by another name; Redis 6 or newer has what we need'],
  [/\b(?:subscriber|PubSub) mode\b/, 'The client subscribes to channels: give redisStore one of its own'],
]

const OF_A_CLUSTER = /^MOVED /

/**
 * What went wrong with a command; `ERR_OPTIONS` where whoever set the client or the server up has to do something, because that is
 * no outage, and no visitor helps it by trying again.
 *
 * @param knowsCluster whether the client is one of a cluster, which may say `MOVED` while that is changing
 */
export function commandError(error: unknown, knowsCluster: boolean): unknown {
  if (!isError(error)) return error
  const cure =
    !knowsCluster && OF_A_CLUSTER.test(error.message)
      ? 'The server is one of a cluster: give redisStore what createCluster of redis or new Cluster() of ioredis gives'
      : CURES.find(([says]) => says.test(error.message))?.[1]
  if (cure === undefined) return error
  const cause = reducedError(error)
  return new SessionError('ERR_OPTIONS', `redisStore cannot use its client: ${cause.message}. ${cure}.`, { cause })
}
