import type { Framework } from './app.ts'
import { express4, express5 } from './frameworks/express.ts'
import { fastify } from './frameworks/fastify.ts'
import { hono } from './frameworks/hono.ts'
import { honoWithinWeb } from './frameworks/hono-within-web.ts'
import { http2 } from './frameworks/http2.ts'
import { koa2, koa3 } from './frameworks/koa.ts'
import { node } from './frameworks/node.ts'
import { web } from './frameworks/web.ts'

/** The frameworks that every scenario is played in. A new one is its file and its line here. */
export const FRAMEWORKS: readonly Framework[] = [
  express5,
  express4,
  fastify,
  koa3,
  koa2,
  hono,
  honoWithinWeb,
  node,
  http2,
  web,
]
