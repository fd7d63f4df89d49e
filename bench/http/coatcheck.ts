import { randomBytes } from 'node:crypto'
import type * as ExpressAdapter from '../../src/adapters/express.ts'
import type * as FastifyAdapter from '../../src/adapters/fastify.ts'
import type * as HonoAdapter from '../../src/adapters/hono.ts'
import type * as KoaAdapter from '../../src/adapters/koa.ts'
import type * as NodeAdapter from '../../src/adapters/node.ts'
import type * as WebAdapter from '../../src/adapters/web.ts'
import type * as Index from '../../src/index.ts'
import type { Sessions } from '../../src/index.ts'
import { built } from '../built.ts'
import { CACHE_BYTES } from './environment.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

const { createSessions } = await built<typeof Index>('index.js')

const cacheBytes = process.env[CACHE_BYTES]

/** Sessions in the cookie, with all options as they are by default, unless the environment says otherwise. */
export const sessions: Sessions<VisitorSession> = createSessions<VisitorSession>({
  name: 'session',
  secrets: [randomBytes(32).toString('base64url')],
  cacheBytes: cacheBytes === undefined ? undefined : Number(cacheBytes),
})

// Each server loads its own adapter alone.
export const expressAdapter = (): Promise<typeof ExpressAdapter> => built('adapters/express.js')
export const fastifyAdapter = (): Promise<typeof FastifyAdapter> => built('adapters/fastify.js')
export const honoAdapter = (): Promise<typeof HonoAdapter> => built('adapters/hono.js')
export const koaAdapter = (): Promise<typeof KoaAdapter> => built('adapters/koa.js')
export const nodeAdapter = (): Promise<typeof NodeAdapter> => built('adapters/node.js')
export const webAdapter = (): Promise<typeof WebAdapter> => built('adapters/web.js')
