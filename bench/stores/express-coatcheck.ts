import express from 'express'
import type { Sessions } from '../../src/index.ts'
import { expressSession } from './coatcheck.ts'
import { serveExpress } from '../servers/express-server.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

export async function serveExpressCoatcheck(sessions: Sessions<VisitorSession>): Promise<void> {
  await serveExpress(express().use(expressSession(sessions)), { of: (req) => sessions.of(req) })
}
