import Koa from 'koa'
import { serveKoa } from '../koa-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveKoa(new Koa(), NO_SESSIONS)
