import { serveNode } from '../../servers/node-server.ts'
import { nodeAdapter, sessions } from '../coatcheck.ts'

const { session } = await nodeAdapter()

await serveNode((handler) => session(sessions, handler), { of: (request) => sessions.of(request) })
