import { installedVersion } from '../installed-version.ts'
import type { Framework } from './contender.ts'

const connectRedis = `connect-redis ${installedVersion('connect-redis')}`
const expressSession = `express-session ${installedVersion('express-session')}`
const fastifySession = `@fastify/session ${installedVersion('@fastify/session')} + ${connectRedis}`

/** The rows of each route, in the order of the table. A store more is one line here and one file in `contenders/`. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    bare: { title: `Express ${installedVersion('express')}`, server: 'express-bare' },
    contenders: [
      { title: 'coatcheck redisStore, node-redis', server: 'express-coatcheck-node-redis', database: 'redis' },
      { title: 'coatcheck redisStore, ioredis', server: 'express-coatcheck-ioredis', database: 'redis' },
      { title: `${expressSession} + ${connectRedis}`, server: 'express-session', database: 'redis' },
      {
        title: `${expressSession} + ${connectRedis}, disableTouch`,
        server: 'express-session-without-touch',
        database: 'redis',
      },
      { title: 'coatcheck sqliteStore, node:sqlite', server: 'express-coatcheck-sqlite', database: 'sqlite' },
      { title: 'coatcheck postgresStore, pg', server: 'express-coatcheck-postgres', database: 'postgres' },
      {
        title: `${expressSession} + connect-pg-simple ${installedVersion('connect-pg-simple')}`,
        server: 'express-session-postgres',
        database: 'postgres',
      },
    ],
  },
  {
    bare: { title: `Fastify ${installedVersion('fastify')}`, server: 'fastify-bare' },
    contenders: [
      { title: 'coatcheck redisStore, node-redis', server: 'fastify-coatcheck-node-redis', database: 'redis' },
      { title: fastifySession, server: 'fastify-session', database: 'redis' },
      { title: `${fastifySession}, rolling: false`, server: 'fastify-session-without-rolling', database: 'redis' },
    ],
  },
]
