import { serveExpressCoatcheck } from '../express-coatcheck.ts'
import { onRedis } from '../coatcheck.ts'
import { ioredis } from '../redis-clients.ts'

await serveExpressCoatcheck(onRedis(ioredis()))
