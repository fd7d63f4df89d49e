import { inspect } from 'node:util'
import { isError, SessionError } from '../errors.ts'
import { isUserId, type UserId } from './claims.ts'
import type { Verifier, VerifierHost } from './verifier.ts'

/** The token on the user's own row. */
export interface UserTokensOptions<Id extends UserId, User> {
  /** The user's current token; make one for a user that has none. At least 128 random bits, as text. */
  readonly tokenOf: (userId: Id) => string | Promise<string>
  /** The user with that token: `SELECT … WHERE session_token = ?`, on a unique index. */
  readonly find: (token: string) => User | null | undefined | Promise<User | null | undefined>
  /** Gives the user another random token. Everybody who is signed in with the old one is signed out by that. */
  readonly rotate: (userId: Id) => unknown
}

/** One token a user: what `verify` takes. */
export interface UserTokens<Id extends UserId, User> {
  readonly strategy: 'user-tokens'
  readonly options: UserTokensOptions<Id, User>
}

/**
 * The simple version: the session holds the random token of the user's own row, and a user whose token was changed is signed
 * out everywhere. No table of ours; no list of devices, and none can be signed out alone: a copied cookie outlives sign-out,
 * and ends with `revokeUser`.
 *
 * @throws `ERR_OPTIONS`
 */
export function userTokens<Id extends UserId, User>(options: UserTokensOptions<Id, User>): UserTokens<Id, User> {
  for (const name of ['tokenOf', 'find', 'rotate'] as const) {
    if (typeof options[name] === 'function') continue
    throw new SessionError('ERR_OPTIONS', `userTokens needs ${name}, a function.`)
  }
  return { strategy: 'user-tokens', options }
}

/** 128 bits in base64url. */
const SHORTEST_TOKEN = 22

/** Decides by whether a user still has the token. */
export function createUserTokensVerifier<Id extends UserId, User>(
  { options }: UserTokens<Id, User>,
  { now, lifetime }: VerifierHost,
): Verifier<Id, User> {
  const currentToken = async (userId: Id): Promise<string> => {
    const token = await options.tokenOf(userId)
    if (typeof token === 'string' && token.length >= SHORTEST_TOKEN) return token
    throw new SessionError(
      'ERR_OPTIONS',
      `tokenOf gave ${typeof token === 'string' ? `${token.length} characters` : `a ${typeof token}`}, expected at least ${SHORTEST_TOKEN}: randomBytes(32).toString('base64url').`,
    )
  }
  const verifier: Verifier<Id, User> = {
    async check({ token, uid, at }) {
      if (typeof token !== 'string' || typeof at !== 'number' || !isUserId(uid)) {
        return { state: 'refused', reason: 'malformed' }
      }
      if (now() - at >= lifetime.absoluteSeconds * 1000) return { state: 'refused', reason: 'expired-absolute' }
      const user = await withoutToken(token, () => options.find(token))
      if (user === null || user === undefined) return { state: 'refused', reason: 'revoked', because: 'user' }
      return { state: 'valid', userId: uid as Id, user, authenticatedAt: at } // as: signIn took an Id, and the seal kept it
    },
    epochOf: currentToken,
    async begin(userId, { epoch }) {
      const token = await currentToken(userId)
      if (epoch !== undefined && epoch !== token) return { ok: false, reason: 'stale' }
      return { ok: true, claims: { token, uid: userId, at: now() } }
    },
    async renew(claims) {
      const { state } = await verifier.check(claims)
      return state === 'valid' ? { ok: true, claims: { ...claims, at: now() } } : { ok: false, reason: 'stale' }
    },
    end: undefined,
    async revokeUser(userId) {
      await options.rotate(userId)
    },
  }
  return verifier
}

/** Query builders put parameters into the messages of their errors, and those go into logs. */
async function withoutToken<Result>(token: string, find: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await find()
  } catch (error) {
    if (!inspect(error, { depth: 8 }).includes(token)) throw error
    const name = isError(error) ? error.name : 'An error'
    // oxlint-disable-next-line preserve-caught-error -- the cause would bring the token along
    throw new Error(`${name}, whose text is withheld because it holds the token.`)
  }
}
