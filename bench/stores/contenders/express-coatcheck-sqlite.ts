import { serveExpressCoatcheck } from '../express-coatcheck.ts'
import { onSqlite } from '../coatcheck.ts'

await serveExpressCoatcheck(await onSqlite())
