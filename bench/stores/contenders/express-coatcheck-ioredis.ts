import express from 'express'
import { expressSession, newSessions } from '../coatcheck.ts'
import { serveExpress } from '../../servers/express-server.ts'
import { ioredis } from '../redis-clients.ts'

const sessions = newSessions(ioredis())

await serveExpress(express().use(expressSession(sessions)), { of: (req) => sessions.of(req) })
