import { SessionError } from '../errors.ts'

/** Where the flash is among the data of a session at rest. */
export const FLASH_KEY = 'flash'
/** Where the identity layer keeps its claims, named as Rails names what is its own, `_csrf_token`. */
export const IDENTITY_KEY = '_identity'

/**
 * What the form tokens of a visitor are made of, here as in Rails. It ends with every renewal, because it may be the one of
 * whoever fixed the session before sign-in: Rails ends it in `reset_session`, Devise at sign-in.
 */
export const FORM_TOKEN_KEY = '_csrf_token'

/** Where a cookie names the session that a server store holds. */
export const TICKET_KEY = '_ticket'
/** Where a cookie that holds its session names the one in a server store that it came from. */
export const FORMER_TICKET_KEY = '_formerTicket'

/** Where a session names the others whose place it takes, where there were several. */
export const INSTEAD_KEY = '_instead'

const CREDENTIALS: readonly string[] = [IDENTITY_KEY, TICKET_KEY, FORMER_TICKET_KEY, INSTEAD_KEY]

/**
 * Whether what is under that key decides who gets in, so that it is shown to nobody and taken from nobody else. Most keys begin with
 * a letter, and of these one look is enough.
 */
export function isCredential(key: string): boolean {
  return key.charCodeAt(0) === UNDERSCORE && CREDENTIALS.includes(key)
}

const UNDERSCORE = 0x5f

/** Whether a key of the stored data is no data of the application. */
export function isHidden(key: string): boolean {
  return key === FLASH_KEY || isCredential(key)
}

/** Keys that data may not use, because the session itself answers to them. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set([
  'id',
  'isNew',
  'flash',
  'size',
  'status',
  'refused',
  'increment',
  'renew',
  'reset',
  'destroy',
  'touch',
  'toJSON',
  'then',
  ...CREDENTIALS,
])

/** @throws `ERR_SESSION_VALUE` when data would take a name that the session itself answers to */
export function refuseReservedKey(key: string): void {
  if (!RESERVED_KEYS.has(key)) return
  const hint =
    key === FLASH_KEY ? 'Set an entry instead: session.flash.notice = …' : 'Choose another name for the data.'
  throw new SessionError('ERR_SESSION_VALUE', `session.${key} is the session's own and cannot be assigned. ${hint}`)
}
