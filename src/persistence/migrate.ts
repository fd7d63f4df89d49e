import { blameCaller, SessionError } from '../errors.ts'
import type { SessionStore } from '../stores/store.ts'
import { assertStore } from './assert-store.ts'
import { inCookie } from './in-cookie.ts'
import { movingIn } from './moving-in.ts'
import { movingOut } from './moving-out.ts'
import type { PersistenceSource } from './persistence.ts'

const COOKIE: PersistenceSource = { connect: inCookie }

/** Sessions in the cookie itself, as they are where no `store` is given. */
export function cookieStore(): PersistenceSource {
  return COOKIE
}

/** From where to where sessions move: each of them `cookieStore()` or a store. */
export interface Moving {
  readonly from: SessionStore | PersistenceSource
  readonly to: SessionStore | PersistenceSource
}

/**
 * Moves sessions house without signing anybody out: what is in `from` counts and moves to `to` when its visitor comes.
 *
 * ```ts
 * createSessions({ name, secrets, store: migrate({ from: cookieStore(), to: redisStore(client) }) })
 * ```
 *
 * Once the absolute timeout has passed since the last process with the old setting stopped, `store: redisStore(client)` is enough.
 * While both settings run side by side, as during a deploy, both have to know both places: see "Moving house" in the
 * documentation.
 *
 * @throws `ERR_OPTIONS`
 */
export function migrate({ from, to }: Moving): PersistenceSource {
  return blameCaller(migrate, () => {
    if (from === to) {
      throw new SessionError('ERR_OPTIONS', 'migrate has the same store for from and to, so nothing would move.')
    }
    const source = storeIn(from, 'migrate.from')
    const target = storeIn(to, 'migrate.to')
    if (target !== undefined) return { connect: (host) => movingIn(host, target, source) }
    return { connect: (host) => (source === undefined ? inCookie(host) : movingOut(host, source)) }
  })
}

/** `undefined` for the cookie. */
function storeIn(place: Moving['from'], option: string): SessionStore | undefined {
  return place === COOKIE ? undefined : assertStore(place, option)
}
