import { installedVersion } from '../installed-version.ts'
import type { Framework } from './contender.ts'

const connectRedis = `connect-redis ${installedVersion('connect-redis')}`
const expressSession = `express-session ${installedVersion('express-session')} + ${connectRedis}`
const fastifySession = `@fastify/session ${installedVersion('@fastify/session')} + ${connectRedis}`

/** The rows of each route, in the order of the table. A store more is one line here and one file in `contenders/`. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    bare: { title: `Express ${installedVersion('express')}`, server: 'express-bare' },
    contenders: [
      { title: 'coatcheck redisStore, node-redis', server: 'express-coatcheck-node-redis' },
      { title: 'coatcheck redisStore, ioredis', server: 'express-coatcheck-ioredis' },
      { title: expressSession, server: 'express-session' },
      { title: `${expressSession}, disableTouch`, server: 'express-session-without-touch' },
    ],
  },
  {
    bare: { title: `Fastify ${installedVersion('fastify')}`, server: 'fastify-bare' },
    contenders: [
      { title: fastifySession, server: 'fastify-session' },
      { title: `${fastifySession}, rolling: false`, server: 'fastify-session-without-rolling' },
    ],
  },
  {
    bare: { title: 'node:http', server: 'node-bare' },
    contenders: [{ title: 'coatcheck redisStore, node-redis', server: 'node-coatcheck' }],
  },
]
