import { serveNode } from '../../servers/node-server.ts'
import { ironSession } from '../iron-session.ts'

await serveNode((handler) => handler, ironSession)
