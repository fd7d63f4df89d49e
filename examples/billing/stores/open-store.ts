import type { Backend, SessionPlace } from './backend.ts'
import { isStoreName, type StoreName } from './store-name.ts'

/** What says to workers where sessions live; empty for the cookie. */
export const STORE_VARIABLE = 'BILLING_STORE'

/** Loaded when it is asked for: who keeps sessions in the cookie needs no client of any database. */
const BACKENDS: Readonly<Record<StoreName, () => Promise<Backend>>> = {
  redis: () => import('./redis.ts'),
  postgres: () => import('./postgres.ts'),
  sqlite: () => import('./sqlite.ts'),
}

/** @throws SettingsError when the store cannot be used */
export async function prepareStore(name: StoreName, environment: NodeJS.ProcessEnv): Promise<void> {
  const backend = await BACKENDS[name]()
  await backend.prepare(environment)
}

/** The store of a worker, or `undefined` where sessions live in the cookie. */
export async function openStore(environment: NodeJS.ProcessEnv): Promise<SessionPlace | undefined> {
  const name = environment[STORE_VARIABLE]
  if (!isStoreName(name)) return undefined
  const backend = await BACKENDS[name]()
  return backend.open(environment)
}
