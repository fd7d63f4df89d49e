import express from 'express'
import { serveExpress } from '../../servers/express-server.ts'
import { expressAdapter, sessions } from '../coatcheck.ts'

const { session } = await expressAdapter()

await serveExpress(express().use(session(sessions)), { of: (req) => sessions.of(req) })
