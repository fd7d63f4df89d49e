import { RedisStore } from 'connect-redis'
import { serveExpressSession } from '../express-session.ts'
import { nodeRedis } from '../redis-clients.ts'

await serveExpressSession(new RedisStore({ client: await nodeRedis() }))
