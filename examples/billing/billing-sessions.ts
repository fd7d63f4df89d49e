import { createBillingSessions, readKind } from './sessions.ts'

/** How this worker writes cookies; `main.ts` told it. */
export const kind = readKind(process.env)

/** The sessions of this worker. Every worker has its own, and each opens what any other sealed. */
export const sessions = createBillingSessions(process.env['SESSION_SECRET'], kind)
