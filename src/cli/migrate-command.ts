import { Option, type Command } from 'commander'
import { SessionError } from '../errors.ts'
import { schemaFor } from '../identity/sql/dialects.ts'
import { tablesNamed } from '../identity/sql/tables.ts'
import type { Dialect } from '../sql/dialect.ts'
import { sessionsSchema, sessionsTable } from '../stores/sql/sessions-table.ts'
import { placeOf, withDatabase, withDatabaseFlags, type DatabaseFlags, type OpenDatabase } from './database.ts'
import type { CommandHost } from './shell.ts'

interface MigrateFlags extends DatabaseFlags {
  readonly print?: boolean
  readonly dialect?: Dialect
  readonly tables: 'user-sessions' | 'sessions' | 'all'
}

/** Tables that belong together. */
interface TableSet {
  readonly names: readonly string[]
  schema(dialect: Dialect): string
  migrate(database: OpenDatabase): Promise<void>
}

export function addMigrate(program: Command, { shell }: CommandHost): void {
  withDatabaseFlags(program.command('migrate'))
    .description('make the tables that are missing; may run any number of times, and in several processes at once')
    .addOption(
      new Option('--tables <which>', 'of user sessions (coatcheck/identity), of sessions in a store, or both')
        .choices(['user-sessions', 'sessions', 'all'])
        .default('user-sessions'),
    )
    .option('--print', 'print the SQL instead, without connecting')
    .addOption(
      new Option('--dialect <dialect>', 'whose SQL to print; default: as the database').choices(['sqlite', 'postgres']),
    )
    .addHelpText('after', HELP)
    .action(async ({ print, dialect, tables, ...flags }: MigrateFlags) => {
      const sets = setsOf(tables, flags.prefix)
      if (print === true) {
        const printed = dialect ?? dialectOf(placeOf(flags, shell))
        shell.write(sets.map((set) => set.schema(printed)).join(''))
        return
      }
      if (dialect !== undefined)
        throw new SessionError('ERR_OPTIONS', '--dialect is for --print: a database knows its own.')
      const migrate = async (database: OpenDatabase): Promise<void> => {
        // oxlint-disable-next-line no-await-in-loop -- the client has one connection
        for (const set of sets) await set.migrate(database)
      }
      await withDatabase(flags, shell, migrate, { mayCreate: true })
      shell.write(`${thereAre(sets.flatMap(({ names }) => names))}\n`)
    })
}

function setsOf(which: MigrateFlags['tables'], prefix: string): readonly TableSet[] {
  const tables = tablesNamed(prefix)
  const userSessions: TableSet = {
    names: [tables.sessions, tables.epochs],
    schema: (dialect) => schemaFor(dialect, tables),
    migrate: ({ registry }) => registry.migrate(),
  }
  const table = sessionsTable(prefix)
  const sessions: TableSet = {
    names: [table],
    schema: (dialect) => sessionsSchema(dialect, table),
    migrate: ({ store }) => store.migrate(),
  }
  if (which === 'all') return [userSessions, sessions]
  return [which === 'sessions' ? sessions : userSessions]
}

function thereAre(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length === 1 ? `${last} is there.` : `${names.slice(0, -1).join(', ')} and ${last} are there.`
}

function dialectOf(place: ReturnType<typeof placeOf>): Dialect {
  if (place !== undefined) return place.dialect
  throw new SessionError(
    'ERR_OPTIONS',
    'no database is given, so --print needs --dialect sqlite or --dialect postgres.',
  )
}

const HELP = `
Examples:
  coatcheck migrate --database sqlite:app.db
  coatcheck migrate --tables sessions
  coatcheck migrate --print --dialect postgres --tables all > coatcheck.sql
`
