import { defineCachedHandler } from 'nitro/cache'
import { sessions } from '../sessions.ts'

/** What Nitro caches is for everybody: there is no session in it, and this answers 500. */
export default defineCachedHandler((event) => `Account ${sessions.of(event.req).accountId}`, { maxAge: 60 })
