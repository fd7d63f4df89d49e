import { Hono } from 'hono'
import { serveHono } from '../hono-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveHono(new Hono(), NO_SESSIONS)
