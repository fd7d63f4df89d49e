import { createIdentity, userSessions } from 'coatcheck/identity'
import { sqliteRegistry } from 'coatcheck/identity/sqlite'
import { redirect } from 'next/navigation'
import { database } from './database'
import { sessions } from './sessions'
import { findUser, type User } from './users'

export const identity = createIdentity({
  sessions,
  verify: userSessions(sqliteRegistry(database)),
  loadUser: findUser,
})

/** Who is signed in, for pages and actions alike; everybody else is sent to sign in. Asked once a request. */
export async function currentUser(): Promise<User> {
  return (await identity.currentUser(await sessions.read())) ?? redirect('/sign-in')
}
