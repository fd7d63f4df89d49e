import { installedVersion } from '../installed-version.ts'
import type { Framework } from '../servers/contender.ts'

const connectRedis = `connect-redis ${installedVersion('connect-redis')}`
const expressSession = `express-session ${installedVersion('express-session')}`
const fastifySession = `@fastify/session ${installedVersion('@fastify/session')} + ${connectRedis}`

/** The rows of each route, in the order of the table. A store more is one line here and one file in `contenders/`. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    bare: { title: `Express ${installedVersion('express')}`, server: 'servers/alone/express' },
    contenders: [
      {
        title: 'coatcheck redisStore, node-redis',
        server: 'stores/contenders/express-coatcheck-node-redis',
        sessions: 'redis',
      },
      {
        title: 'coatcheck redisStore, ioredis',
        server: 'stores/contenders/express-coatcheck-ioredis',
        sessions: 'redis',
      },
      { title: `${expressSession} + ${connectRedis}`, server: 'stores/contenders/express-session', sessions: 'redis' },
      {
        title: `${expressSession} + ${connectRedis}, disableTouch`,
        server: 'stores/contenders/express-session-without-touch',
        sessions: 'redis',
      },
      {
        title: 'coatcheck sqliteStore, node:sqlite',
        server: 'stores/contenders/express-coatcheck-sqlite',
        sessions: 'sqlite',
      },
      {
        title: 'coatcheck postgresStore, pg',
        server: 'stores/contenders/express-coatcheck-postgres',
        sessions: 'postgres',
      },
      {
        title: `${expressSession} + connect-pg-simple ${installedVersion('connect-pg-simple')}`,
        server: 'stores/contenders/express-session-postgres',
        sessions: 'postgres',
      },
    ],
  },
  {
    bare: { title: `Fastify ${installedVersion('fastify')}`, server: 'servers/alone/fastify' },
    contenders: [
      {
        title: 'coatcheck redisStore, node-redis',
        server: 'stores/contenders/fastify-coatcheck-node-redis',
        sessions: 'redis',
      },
      { title: fastifySession, server: 'stores/contenders/fastify-session', sessions: 'redis' },
      {
        title: `${fastifySession}, rolling: false`,
        server: 'stores/contenders/fastify-session-without-rolling',
        sessions: 'redis',
      },
    ],
  },
]
