import type { NextFunction, Request, Response } from 'express'

/** `data:` is for the icons in Pico's own stylesheet. There is no script on any page, so none may run. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export function responseHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    // A browser keeps its connection, and with it its worker. This demo wants every request on another process, as behind
    // a load balancer, so that nothing can hide in one process's memory.
    Connection: 'close',
    // As the footer says it, for clients that read no pages.
    'X-Worker': String(process.pid),
  })
  next()
}
