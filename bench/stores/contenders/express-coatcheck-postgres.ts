import { serveExpressCoatcheck } from '../express-coatcheck.ts'
import { onPostgres } from '../coatcheck.ts'

await serveExpressCoatcheck(await onPostgres())
