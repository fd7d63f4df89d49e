import { SessionError } from '../errors.ts'

/** Where the flash is among the data of a session at rest. */
export const FLASH_KEY = 'flash'
/** Where the identity layer keeps its claims, named as Rails names what is its own, `_csrf_token`. */
export const IDENTITY_KEY = '_identity'

/** Whether a key of the stored data is no data of the application. */
export function isHidden(key: string): boolean {
  return key === FLASH_KEY || key === IDENTITY_KEY
}

/** Keys that data may not use, because the session itself answers to them. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  'id',
  'isNew',
  'flash',
  'size',
  'status',
  'refused',
  'renew',
  'reset',
  'destroy',
  'touch',
  'toJSON',
  'then',
  IDENTITY_KEY,
])

/** @throws `ERR_SESSION_VALUE` when data would take a name that the session itself answers to */
export function refuseReservedKey(key: string): void {
  if (!RESERVED_KEYS.has(key)) return
  const hint =
    key === FLASH_KEY ? 'Set an entry instead: session.flash.notice = …' : 'Choose another name for the data.'
  throw new SessionError('ERR_SESSION_VALUE', `session.${key} is the session's own and cannot be assigned. ${hint}`)
}
