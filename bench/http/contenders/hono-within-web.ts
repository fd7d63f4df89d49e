import { Hono } from 'hono'
import { serveHono } from '../../servers/hono-server.ts'
import { sessions, webAdapter } from '../coatcheck.ts'

const { session } = await webAdapter()
const app = new Hono()

await serveHono(app, { of: (c) => sessions.of(c.req.raw) }, session(sessions, app.fetch))
