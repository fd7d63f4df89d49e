/** What a session holds here: three short keys, and a fourth one once it was written to. */
export interface VisitorSession {
  userId?: number | undefined
  role?: string | undefined
  csrf?: string | undefined
  seen?: number | undefined
}
