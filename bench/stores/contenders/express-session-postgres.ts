import connectPgSimple from 'connect-pg-simple'
import { pgPool } from '../../../test/support/pg-pool.ts'
import { POSTGRES_URL } from '../environment.ts'
import { serveExpressSession, session } from '../express-session.ts'

const PgStore = connectPgSimple(session)

await serveExpressSession(
  new PgStore({
    pool: pgPool(process.env[POSTGRES_URL] ?? ''),
    createTableIfMissing: true,
    tableName: 'express_session',
  }),
)
