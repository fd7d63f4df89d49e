import { serveExpressCoatcheck } from '../express-coatcheck.ts'
import { onRedis } from '../coatcheck.ts'
import { nodeRedis } from '../redis-clients.ts'

await serveExpressCoatcheck(onRedis(await nodeRedis()))
