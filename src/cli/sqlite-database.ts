import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { SessionError } from '../errors.ts'

/**
 * Opens a SQLite file.
 *
 * @param mayCreate whether a file that is missing is made: otherwise a typing mistake would leave an empty database behind
 * @throws `ERR_OPTIONS` for what is no file
 */
export function openSqlite(path: string, mayCreate: boolean): DatabaseSync {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) throw new SessionError('ERR_OPTIONS', `${path} is no file.`)
  if (found === undefined && !mayCreate) {
    throw new SessionError('ERR_OPTIONS', `${path} does not exist. coatcheck migrate makes it, and nothing else does.`)
  }
  const { DatabaseSync: Database } = withoutWarnings(() => process.getBuiltinModule('node:sqlite'))
  return new Database(path)
}

/** Node 22 warns of node:sqlite as soon as it is loaded, on the standard error of whoever runs this from cron. */
function withoutWarnings<Result>(load: () => Result): Result {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
