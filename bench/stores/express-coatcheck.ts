import express from 'express'
import type { Sessions } from '../../src/index.ts'
import { expressSession } from './coatcheck.ts'
import { serveExpress } from './express-server.ts'
import type { VisitorSession } from './visitor-session.ts'

export async function serveExpressCoatcheck(sessions: Sessions<VisitorSession>): Promise<void> {
  await serveExpress(express().use(expressSession(sessions)), (req) => sessions.of(req))
}
