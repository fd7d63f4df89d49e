import express from 'express4'
import { serveExpress } from '../express-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveExpress(express(), NO_SESSIONS)
