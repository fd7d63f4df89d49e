import type { Contender } from './contender.ts'
import { coatcheck, coatcheckSealer } from './contenders/coatcheck.ts'
import { cookieSession } from './contenders/cookie-session.ts'
import { h3 } from './contenders/h3.ts'
import { ironSession } from './contenders/iron-session.ts'
import { jose } from './contenders/jose.ts'
import { rawContender } from './contenders/raw.ts'
import { secureSession } from './contenders/secure-session.ts'

export { coatcheckFresh } from './contenders/coatcheck.ts'

/** What every ratio is taken to. */
export const raw: Contender = rawContender('KeyObject')
/** The same with its key as bytes, for what that costs. */
export const rawWithBuffer: Contender = rawContender('Buffer')

/** The rows of the table, in its order. */
export const contenders: readonly Contender[] = [
  raw,
  coatcheck,
  coatcheckSealer,
  secureSession,
  cookieSession,
  jose,
  ironSession,
  h3,
]
