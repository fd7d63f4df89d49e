import express from 'express4'
import { serveExpress } from '../../servers/express-server.ts'
import { openSession, sealSession } from '../hand-written.ts'

await serveExpress(express(), {
  of: (req) => openSession(req.headers.cookie),
  save: (session, _, res) => void res.append('Set-Cookie', sealSession(session)),
})
