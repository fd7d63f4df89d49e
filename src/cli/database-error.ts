import { SessionError } from '../errors.ts'
import { reducedError } from '../reduced-error.ts'

const NO_TABLES = 'our tables are not there. Make them with: coatcheck migrate'

/** What the codes of PostgreSQL, SQLite and the network mean to whoever runs a command. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it ended the connection',
  ENOTFOUND: 'its host is unknown',
  EAI_AGAIN: 'the name of its host could not be looked up',
  ETIMEDOUT: 'it took too long',
  CONNECT_TIMEOUT: 'it took too long',
  CONNECTION_CLOSED: 'it ended the connection',
  '28P01': 'user or password is wrong',
  '28000': 'this user may not connect',
  '3D000': 'there is no database of that name',
  '3F000': 'there is no schema of that name',
  '42501': 'this user lacks the rights',
  '42P01': NO_TABLES,
  '53300': 'it has too many connections',
  '57P03': 'it is starting up or shutting down',
  'no such table': NO_TABLES,
  'SQLite 5': 'another process kept it locked for too long',
  'SQLite 8': 'it may not be written',
  'SQLite 14': 'it could not be opened',
  'SQLite 26': 'the file is no SQLite database',
}

/**
 * What the database or its client said, without their words: those may quote the URL, and the URL holds a password. Codes are
 * all that gets through.
 *
 * @param place what to call the database, as `PostgreSQL at the URL in DATABASE_URL`
 */
export function databaseError(place: string, cause: unknown): SessionError {
  const code = codeOf(cause)
  const meaning = MEANINGS[code ?? '']
  const what = [code && ` (${code})`, meaning && `: ${meaning}`].join('')
  return new SessionError('ERR_STORE_UNAVAILABLE', `${place} did not do what it was asked${what}.`, {
    kind: 'system',
    cause: reducedError(cause),
  })
}

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const { code, errcode } = cause as Error & { code?: unknown; errcode?: unknown } // as: errors of clients have them
  // SQLite has one code for all that is wrong with a statement.
  if (cause.message.startsWith('no such table: ')) return 'no such table'
  if (typeof errcode === 'number') return `SQLite ${errcode & 0xff}`
  if (typeof code === 'string' && /^[A-Z0-9_]{3,40}$/.test(code)) return code
  // pg has no codes for these.
  if (/\btimeout\b/.test(cause.message)) return 'ETIMEDOUT'
  return cause.message.startsWith('Connection terminated') ? 'ECONNRESET' : undefined
}
