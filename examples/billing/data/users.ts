import { z } from 'zod'
import { connection } from './connection.ts'

/** SQLite has no booleans. */
const flag = z.number().transform((value) => value !== 0)
const userRow = z.object({ id: z.number(), email: z.string(), name: z.string(), isAdmin: flag, accessRevoked: flag })
const credentialsRow = z.object({ id: z.number(), name: z.string(), password: z.string() })

export type User = z.infer<typeof userRow>
/** What sign-in needs, and nobody else gets: `password` is the hash. */
type Credentials = z.infer<typeof credentialsRow>

const COLUMNS = 'id, email, name, is_admin AS isAdmin, access_revoked AS accessRevoked'
const byId = connection.prepare(`SELECT ${COLUMNS} FROM users WHERE id = ?`)
const all = connection.prepare(`SELECT ${COLUMNS} FROM users ORDER BY id`)
const byEmail = connection.prepare('SELECT id, name, password FROM users WHERE email = ?')
const setAccess = connection.prepare('UPDATE users SET access_revoked = ? WHERE id = ?')

export function findUser(id: number): User | undefined {
  return userRow.optional().parse(byId.get(id))
}

export function allUsers(): User[] {
  return userRow.array().parse(all.all())
}

/** Shuts the gate or opens it again. No session ends by it. */
export function setAccessRevoked(id: number, isRevoked: boolean): void {
  setAccess.run(isRevoked ? 1 : 0, id)
}

export function findCredentials(email: string): Credentials | undefined {
  return credentialsRow.optional().parse(byEmail.get(email))
}
