import { serveNode } from '../node-server.ts'

const session = {}

await serveNode(
  (handler) => handler,
  () => session,
)
