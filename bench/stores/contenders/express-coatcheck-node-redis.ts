import express from 'express'
import { expressSession, newSessions } from '../coatcheck.ts'
import { serveExpress } from '../express-server.ts'
import { nodeRedis } from '../redis-clients.ts'

const sessions = newSessions(await nodeRedis())

await serveExpress(express().use(expressSession(sessions)), (req) => sessions.of(req))
