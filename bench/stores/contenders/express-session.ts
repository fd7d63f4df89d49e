import { serveExpressSession } from '../express-session.ts'

await serveExpressSession()
