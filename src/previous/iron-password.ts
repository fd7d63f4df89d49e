import { SessionError } from '../errors.ts'

/** One password, or several by the id that a seal names, as iron-session takes them: `{ 1: old, 2: current }`. */
export type IronPassword = string | Readonly<Record<string | number, string>>

/** The password for a seal that names this id. */
export type IronPasswords = (id: string) => string | undefined

/** What iron asks of a password before it seals with it. */
const MINIMUM_CHARACTERS = 32

/** @throws `ERR_SECRET`; the message names a password by its id, never by its text */
export function checkPassword(password: IronPassword): IronPasswords {
  if (typeof password !== 'object' || password === null) {
    checkText(password, 'password')
    return () => password
  }
  const byId = new Map(Object.entries(password))
  if (byId.size === 0) throw new SessionError('ERR_SECRET', 'password is an empty object, expected { 1: password }.')
  for (const [id, text] of byId) checkText(text, `password[${JSON.stringify(id)}]`)
  // A seal without an id is one that iron looks up under "default".
  return (id) => byId.get(id === '' ? 'default' : id)
}

function checkText(text: unknown, name: string): void {
  if (typeof text === 'string' && text.length >= MINIMUM_CHARACTERS) return
  const what =
    typeof text === 'string'
      ? `has ${text.length} characters, and iron seals with no password of less than ${MINIMUM_CHARACTERS}`
      : `is ${text === undefined || text === null ? `${String(text)} (is its environment variable set?)` : `a ${typeof text}, expected text`}`
  throw new SessionError('ERR_SECRET', `${name} ${what}.`)
}
