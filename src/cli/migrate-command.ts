import { Option, type Command } from 'commander'
import { SessionError } from '../errors.ts'
import { schemaFor } from '../identity/sql/dialects.ts'
import { tablesNamed } from '../identity/sql/tables.ts'
import type { Dialect } from '../sql/dialect.ts'
import { placeOf, withDatabaseFlags, withRegistry, type DatabaseFlags } from './database.ts'
import type { CommandHost } from './shell.ts'

interface MigrateFlags extends DatabaseFlags {
  readonly print?: boolean
  readonly dialect?: Dialect
}

export function addMigrate(program: Command, { shell }: CommandHost): void {
  withDatabaseFlags(program.command('migrate'))
    .description(
      'make the tables of user sessions that are missing; may run any number of times, and in several processes at once',
    )
    .option('--print', 'print the SQL instead, without connecting')
    .addOption(
      new Option('--dialect <dialect>', 'whose SQL to print; default: as the database').choices(['sqlite', 'postgres']),
    )
    .addHelpText('after', HELP)
    .action(async ({ print, dialect, ...flags }: MigrateFlags) => {
      const tables = tablesNamed(flags.prefix)
      if (print === true) {
        shell.write(schemaFor(dialect ?? dialectOf(placeOf(flags, shell)), tables))
        return
      }
      if (dialect !== undefined)
        throw new SessionError('ERR_OPTIONS', '--dialect is for --print: a database knows its own.')
      await withRegistry(flags, shell, (registry) => registry.migrate(), { mayCreate: true })
      shell.write(`${tables.sessions} and ${tables.epochs} are there.\n`)
    })
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
  coatcheck migrate --print --dialect postgres > user-sessions.sql
`
