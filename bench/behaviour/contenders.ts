import type { Contender } from './contender.ts'
import { coatcheck } from './contenders/coatcheck.ts'
import { cookieSession } from './contenders/cookie-session.ts'
import { h3 } from './contenders/h3.ts'
import { ironSession } from './contenders/iron-session.ts'
import { secureSession } from './contenders/secure-session.ts'

/** The columns of the table, in its order. */
export const contenders: readonly Contender[] = [coatcheck, ironSession, secureSession, cookieSession, h3]
