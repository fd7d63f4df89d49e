import { createBillingSessions, readKind } from './sessions.ts'
import { openStore } from './stores/open-store.ts'

/** How this worker writes cookies; `main.ts` told it. */
export const kind = readKind(process.env)

/** Where sessions live; `undefined` where that is the cookie. */
export const place = await openStore(process.env)

/** The sessions of this worker. Every worker has its own, and each opens what any other sealed or stored. */
export const sessions = createBillingSessions(process.env['SESSION_SECRET'], { kind, store: place?.store })
