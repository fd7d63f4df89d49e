import { createBillingSessions } from './sessions.ts'

/** The sessions of this worker. Every worker has its own, and each opens what any other sealed. */
export const sessions = createBillingSessions(process.env['SESSION_SECRET'])
