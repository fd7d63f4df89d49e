import { installedVersion } from '../installed-version.ts'
import type { Framework } from '../servers/contender.ts'

const connectRedis = `connect-redis ${installedVersion('connect-redis')}`
const expressSession = `express-session ${installedVersion('express-session')} + ${connectRedis}`
const fastifySession = `@fastify/session ${installedVersion('@fastify/session')} + ${connectRedis}`

/** The rows of each route, in the order of the table. A store more is one line here and one file in `contenders/`. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    bare: { title: `Express ${installedVersion('express')}`, server: 'servers/alone/express', isWithoutSessions: true },
    contenders: [
      { title: 'coatcheck redisStore, node-redis', server: 'stores/contenders/express-coatcheck-node-redis' },
      { title: 'coatcheck redisStore, ioredis', server: 'stores/contenders/express-coatcheck-ioredis' },
      { title: expressSession, server: 'stores/contenders/express-session' },
      { title: `${expressSession}, disableTouch`, server: 'stores/contenders/express-session-without-touch' },
    ],
  },
  {
    bare: { title: `Fastify ${installedVersion('fastify')}`, server: 'servers/alone/fastify', isWithoutSessions: true },
    contenders: [
      { title: fastifySession, server: 'stores/contenders/fastify-session' },
      { title: `${fastifySession}, rolling: false`, server: 'stores/contenders/fastify-session-without-rolling' },
    ],
  },
  {
    bare: { title: 'node:http', server: 'servers/alone/node', isWithoutSessions: true },
    contenders: [{ title: 'coatcheck redisStore, node-redis', server: 'stores/contenders/node-coatcheck' }],
  },
]
