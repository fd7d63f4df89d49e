import type {
  EndedBecause,
  Epochs,
  Ending,
  Inserted,
  InsertOptions,
  NewUserSession,
  Proven,
  UserSessionRegistry,
} from '../registry.ts'
import type { Dialect } from '../../sql/dialect.ts'
import { didSomething, type Row, type SqlDriver, type Steps } from '../../sql/driver.ts'
import { readFound, readRecord } from './rows.ts'
import { createStatements, type Statements } from './statements.ts'
import { schemaFor } from './dialects.ts'
import type { Tables } from './tables.ts'

/** The registry over any database with SQL; what differs between them is in its driver, its schema and its indexes. */
export function createSqlRegistry(dialect: Dialect, driver: SqlDriver, tables: Tables): UserSessionRegistry {
  const schema = schemaFor(dialect, tables)
  const statements = createStatements(dialect, tables, driver)

  return {
    schema,
    migrate: () => driver.migrate(schema),

    async epochs(userId) {
      return readEpochs(await driver.read(statements.epochs(userId)))
    },

    insert: (record, options) => driver.transaction(() => insertion(statements, record, options)),

    async find(id) {
      const [row] = await driver.read(statements.find(id))
      return row === undefined ? undefined : readFound(row)
    },

    touch: async (id, seen) => didSomething(await driver.run(statements.touch(id, seen))),

    renew: async (id, secretHash, renewal) => didSomething(await driver.run(statements.renew(id, secretHash, renewal))),

    async list(userId, now, page) {
      return (await driver.read(statements.list(userId, now, page))).map(readRecord)
    },

    end: async (id, ending) => didSomething(await driver.run(statements.end(id, ending))),

    endOthers: (userId, keep, ending) => driver.transaction(() => endingOthers(statements, userId, keep, ending)),

    async raiseUserEpoch(userId) {
      await driver.run(statements.raiseEpoch(userId))
    },

    async raiseEveryoneEpoch() {
      await driver.run(statements.raiseEpoch(EVERYONE))
    },

    async sweep({ before, limit }) {
      const ended = await driver.sweep((count) => statements.sweepEnded(before, count), limit)
      if (ended >= limit) return ended
      return ended + (await driver.sweep((count) => statements.sweepExpired(before, count), limit - ended))
    },
  }
}

/** The `user_id` of everyone's epoch; no user has it. */
const EVERYONE = ''

function* insertion(
  statements: Statements,
  record: NewUserSession,
  { expected, replaces, maximum }: InsertOptions,
): Steps<Inserted> {
  // Sign-ins of one user wait for each other from here on, so that together they keep to the maximum.
  // In one order, so that two browsers that swap their users do not wait for each other.
  const users = new Set([record.userId, replaces?.userId ?? record.userId])
  for (const userId of [...users].toSorted()) yield statements.lockEpoch(userId)
  const epochs = readEpochs(yield statements.epochs(record.userId))
  if (expected !== undefined && !isSame(expected, epochs)) return { ok: false }
  const ended: { id: string; because: EndedBecause }[] = []
  if (replaces !== undefined) {
    const { id, userId, secretHash } = replaces
    const rows = yield statements.end(id, { at: record.createdAt, because: 'replaced', userId, secretHash })
    if (didSomething(rows)) ended.push({ id, because: 'replaced' })
  }
  const surplus = yield statements.endOldest(record.userId, maximum - 1, epochs, {
    at: record.createdAt,
    because: 'limit',
  })
  for (const { id } of surplus) ended.push({ id: String(id), because: 'limit' })
  yield statements.insert(record, epochs)
  return { ok: true, epochs, ended }
}

function* endingOthers(
  statements: Statements,
  userId: string,
  { id: keep, secretHash }: Proven,
  ending: Ending,
): Steps<number | undefined> {
  yield statements.lockEpoch(userId)
  const epochs = readEpochs(yield statements.epochs(userId))
  const [kept] = yield statements.find(keep)
  const record = kept === undefined ? undefined : readFound(kept)
  if (record?.endedAt !== null || record.userId !== userId || !isSame(record.epochs, epochs)) return undefined
  // Moved with the secret as a condition: whoever renewed it meanwhile has another one.
  const moved = yield statements.moveToEpoch(keep, secretHash, epochs.user + 1)
  if (!didSomething(moved)) return undefined
  const others = yield statements.endOthers(userId, keep, epochs, ending)
  yield statements.raiseEpoch(userId)
  return others.length
}

function readEpochs([row]: readonly Row[]): Epochs {
  return { user: Number(row?.['current_epoch'] ?? 0), everyone: Number(row?.['current_everyone_epoch'] ?? 0) }
}

function isSame(one: Epochs, other: Epochs): boolean {
  return one.user === other.user && one.everyone === other.everyone
}
