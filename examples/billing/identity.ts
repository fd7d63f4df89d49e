import { createIdentity, userSessions, type IdentityStatus } from 'coatcheck/identity'
import { sqliteRegistry } from 'coatcheck/identity/sqlite'
import { sessions } from './billing-sessions.ts'
import { connection } from './data/connection.ts'
import { findUser, type User } from './data/users.ts'

/** What is known of a request's visitor. */
export type BillingStatus = IdentityStatus<number, User>

/**
 * Who is signed in, and whether it still counts: a record a device, in the database of everything else. Every worker asks it
 * anew on every request, so what one of them ends has ended on all of them.
 */
export const identity = createIdentity({
  sessions,
  verify: userSessions(sqliteRegistry(connection)),
  loadUser: findUser,
  // The gate, asked with a fresh user every time. It ends nothing: the same session works again when it says yes again.
  allow: (user) => !user.accessRevoked,
})
