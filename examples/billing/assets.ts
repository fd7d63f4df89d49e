import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import express, { Router } from 'express'

const PICO = fileURLToPath(import.meta.resolve('@picocss/pico/css/pico.min.css'))

/** The stylesheets and the icon, straight from disk: Pico from its package, the rest from `assets/`. */
export function assets(): Router {
  const router = Router()
  router.get('/pico.css', (_req, res) => {
    res.sendFile(PICO, { maxAge: '1h' })
  })
  router.use(express.static(join(import.meta.dirname, 'assets'), { maxAge: '1h', index: false }))
  return router
}
