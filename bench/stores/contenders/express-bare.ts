import express from 'express'
import { serveExpress } from '../express-server.ts'

const session = {}

await serveExpress(express(), () => session)
