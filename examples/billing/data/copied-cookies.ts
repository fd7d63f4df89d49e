import { z } from 'zod'
import { connection } from './connection.ts'

/**
 * What a thief would have on a computer of their own. For this demo alone: a sealed cookie is a credential, and a database that
 * holds credentials at rest opens every account to whoever gets a copy of it. Here the other client has to be reachable from
 * all four workers, the passwords stand on the sign-in page, and the rows are gone when the demo starts again.
 */
const copyRow = z.object({ id: z.number(), sealed: z.string(), owner: z.string(), copiedAt: z.number() })

export type CopiedCookie = z.infer<typeof copyRow>

const KEPT = 5

const COLUMNS = 'id, sealed, owner, copied_at AS copiedAt'
const add = connection.prepare('INSERT INTO copied_cookies (sealed, owner, copied_at) VALUES (?, ?, ?) RETURNING id')
const forget = connection.prepare('DELETE FROM copied_cookies WHERE id <= ?')
const all = connection.prepare(`SELECT ${COLUMNS} FROM copied_cookies ORDER BY id DESC`)
const byId = connection.prepare(`SELECT ${COLUMNS} FROM copied_cookies WHERE id = ?`)

/** Keeps a copy, and the last few before it; gives its number. */
export function keepCopy(sealed: string, owner: string): number {
  const { id } = copyRow.pick({ id: true }).parse(add.get(sealed, owner, Date.now()))
  forget.run(id - KEPT)
  return id
}

/** The newest first. */
export function copiedCookies(): CopiedCookie[] {
  return copyRow.array().parse(all.all())
}

export function findCopy(id: number): CopiedCookie | undefined {
  return copyRow.optional().parse(byId.get(id))
}
