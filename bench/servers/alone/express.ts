import express from 'express'
import { serveExpress } from '../express-server.ts'
import { NO_SESSIONS } from '../session-access.ts'

await serveExpress(express(), NO_SESSIONS)
