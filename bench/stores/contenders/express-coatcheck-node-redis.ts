import express from 'express'
import { expressSession, newSessions } from '../coatcheck.ts'
import { serveExpress } from '../../servers/express-server.ts'
import { nodeRedis } from '../redis-clients.ts'

const sessions = newSessions(await nodeRedis())

await serveExpress(express().use(expressSession(sessions)), { of: (req) => sessions.of(req) })
