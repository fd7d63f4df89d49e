import { Hono } from 'hono'
import { serveHono } from '../../servers/hono-server.ts'
import { honoAdapter, sessions } from '../coatcheck.ts'

const { session } = await honoAdapter()

await serveHono(new Hono().use(session(sessions)), { of: (c) => sessions.of(c) })
