import { z } from 'zod'
import { connection } from './connection.ts'

const userRow = z.object({ id: z.number(), email: z.string(), name: z.string() })
const credentialsRow = z.object({ id: z.number(), name: z.string(), password: z.string() })

export type User = z.infer<typeof userRow>
/** What sign-in needs, and nobody else gets: `password` is the hash. */
type Credentials = z.infer<typeof credentialsRow>

const byId = connection.prepare('SELECT id, email, name FROM users WHERE id = ?')
const byEmail = connection.prepare('SELECT id, name, password FROM users WHERE email = ?')

export function findUser(id: number): User | undefined {
  return userRow.optional().parse(byId.get(id))
}

export function findCredentials(email: string): Credentials | undefined {
  return credentialsRow.optional().parse(byEmail.get(email))
}
