import { newSessions, nodeSession } from '../coatcheck.ts'
import { serveNode } from '../../servers/node-server.ts'
import { nodeRedis } from '../redis-clients.ts'

const sessions = newSessions(await nodeRedis())

await serveNode((handler) => nodeSession(sessions, handler), { of: (request) => sessions.of(request) })
