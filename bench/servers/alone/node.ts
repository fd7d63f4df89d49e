import { serveNode } from '../node-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveNode((handler) => handler, NO_SESSIONS)
