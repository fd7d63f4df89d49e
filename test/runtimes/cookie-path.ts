import type { RuntimeCase } from './case.ts'
import { overHttp } from './cases/over-http.ts'

/** The whole path of a session in a cookie, for any runtime: what is sealed, what is refused, and what a browser sees. */
export const cookiePath: readonly RuntimeCase[] = [...overHttp]
