import express from 'express'
import { serveExpress } from '../../servers/express-server.ts'
import { NO_SESSIONS } from '../../servers/session-access.ts'

const app = express().use((_req, _res, next) => next())

await serveExpress(app, NO_SESSIONS)
