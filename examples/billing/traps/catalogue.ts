import { accountInFlash } from './account-in-flash.ts'
import { accountInSession } from './account-in-session.ts'
import { copiedCookie } from './copied-cookie.ts'
import { globalHash } from './global-hash.ts'
import { overflow } from './overflow.ts'
import { renamedCookie } from './renamed-cookie.ts'
import { droppedSecret, rotatedSecret } from './rotated-secret.ts'
import { tamperedCookie } from './tampered-cookie.ts'
import type { Trap } from './trap.ts'

/** In the order of the article. */
export const TRAPS: readonly Trap[] = [
  accountInSession,
  accountInFlash,
  overflow,
  globalHash,
  tamperedCookie,
  renamedCookie,
  copiedCookie,
  rotatedSecret,
  droppedSecret,
]
