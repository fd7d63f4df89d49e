import type { Command } from 'commander'
import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { tablesNamed } from '../identity/sql/tables.ts'
import { sessionsTable } from '../stores/sql/sessions-table.ts'
import { withDatabase, withDatabaseFlags, type DatabaseFlags, type OpenDatabase } from './database.ts'
import type { CommandHost } from './shell.ts'
import { reportFor } from './sweep-report.ts'
import { sweepInBatches } from './sweep.ts'

interface SweepFlags extends DatabaseFlags {
  readonly batch: string
  readonly keep: string
  readonly json?: boolean
}

export function addSweep(program: Command, { shell, exit }: CommandHost): void {
  withDatabaseFlags(program.command('sweep'))
    .description(
      'delete user sessions that ended or expired, and sessions in a store that expired, a batch at a time; whichever of the tables are there',
    )
    .option('--batch <count>', 'how many rows a batch deletes', '1000')
    .option(
      '--keep <duration>',
      'how long a user session is kept that has ended, so that a device can still be told why',
      '7d',
    )
    .option('--json', 'print one line of JSON for each batch, and one for all')
    .addHelpText('after', HELP)
    .action(async ({ batch, keep, json, ...flags }: SweepFlags) => {
      const limit = batchSize(batch)
      const keepSeconds = seconds(keep as Duration, '--keep') // as: seconds checks it
      await withDatabase(flags, shell, async (database) => {
        for (const { table, sweep } of await tablesToSweep(database, flags.prefix, shell.now(), keepSeconds)) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other is what keeps the database free
          const { stoppedBy } = await sweepInBatches(sweep, limit, reportFor(table, json === true, shell), shell)
          if (stoppedBy !== undefined) return exit(stoppedBy === 'SIGINT' ? 130 : 143)
        }
      })
    })
}

interface SweptTable {
  readonly table: string
  /** Deletes up to `limit` rows and says how many. */
  readonly sweep: (limit: number) => Promise<number>
}

/** Those of our tables that are there; where none is, the one whose sweep says so. */
async function tablesToSweep(
  { registry, store, hasTable }: OpenDatabase,
  prefix: string,
  now: number,
  keepSeconds: number,
): Promise<readonly SweptTable[]> {
  const userSessions: SweptTable = {
    table: tablesNamed(prefix).sessions,
    sweep: (limit) => registry.sweep({ before: now - keepSeconds * 1000, limit }),
  }
  // There is nobody who would have to be told why one of these ended.
  const sessions: SweptTable = {
    table: sessionsTable(prefix),
    sweep: (limit) => store.sweep({ now: Math.floor(now / 1000), limit }),
  }
  const both = [userSessions, sessions]
  const areThere = await Promise.all(both.map(({ table }) => hasTable(table)))
  const found = both.filter((_, at) => areThere[at])
  return found.length === 0 ? [userSessions] : found
}

const LARGEST_BATCH = 100_000

function batchSize(text: string): number {
  const size = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (size >= 1 && size <= LARGEST_BATCH) return size
  throw new SessionError(
    'ERR_OPTIONS',
    `--batch is ${JSON.stringify(text)}, expected a whole number from 1 to ${LARGEST_BATCH}.`,
  )
}

const HELP = `
Which tables it sweeps, it says at each line. What is in a store goes as soon as it has expired: --keep is for user sessions.

Between two batches it rests as long as the last one took, so that sign-ins get their turn. SIGINT and SIGTERM end it after
the batch that is under way; what was deleted stays deleted, and the next run goes on.

Example, every night from cron:
  15 3 * * *  cd /srv/app && npx coatcheck sweep --database sqlite:app.db
`
