import { randomBytes } from 'node:crypto'
import type * as ExpressAdapter from '../../src/adapters/express.ts'
import type * as NodeAdapter from '../../src/adapters/node.ts'
import type * as Index from '../../src/index.ts'
import type { Sessions } from '../../src/index.ts'
import type * as Redis from '../../src/stores/redis.ts'
import { built } from '../built.ts'
import type { VisitorSession } from '../servers/visitor-session.ts'

const { createSessions } = await built<typeof Index>('index.js')
const { redisStore } = await built<typeof Redis>('stores/redis.js')
export const { session: expressSession } = await built<typeof ExpressAdapter>('adapters/express.js')
export const { session: nodeSession } = await built<typeof NodeAdapter>('adapters/node.js')

/** Sessions in Redis through that client, with all options as they are by default. */
export function newSessions(client: Redis.NodeRedisClient | Redis.IoredisClient): Sessions<VisitorSession> {
  return createSessions<VisitorSession>({
    name: 'session',
    secrets: [randomBytes(32).toString('base64url')],
    store: redisStore(client),
  })
}
