import { SessionError } from '../errors.ts'

/** Tables of that name may be the application's own already, so ours begin with something. */
export const DEFAULT_PREFIX = 'coatcheck_'

/** The prefix as it was given. @throws `ERR_OPTIONS` for one that would have to be quoted */
export function checkedPrefix(prefix: string): string {
  if (typeof prefix === 'string' && /^(?:[a-z_][a-z0-9_]{0,30}\.)?(?:[a-z_][a-z0-9_]{0,30})?$/.test(prefix))
    return prefix
  throw new SessionError(
    'ERR_OPTIONS',
    `prefix is ${JSON.stringify(prefix)}, expected at most 31 small letters, digits and underscores, as "coatcheck_"; in PostgreSQL after a schema and a dot, as "auth.".`,
  )
}
