import type { Command } from 'commander'
import { seconds, type Duration } from '../duration.ts'
import { SessionError } from '../errors.ts'
import { withDatabaseFlags, withRegistry, type DatabaseFlags } from './database.ts'
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
    .description('delete the records of sessions that ended or expired, a batch at a time')
    .option('--batch <count>', 'how many records a batch deletes', '1000')
    .option(
      '--keep <duration>',
      'how long a record is kept that has ended, so that a device can still be told why',
      '7d',
    )
    .option('--json', 'print one line of JSON for each batch, and one for all')
    .addHelpText('after', HELP)
    .action(async ({ batch, keep, json, ...flags }: SweepFlags) => {
      const limit = batchSize(batch)
      const keepSeconds = seconds(keep as Duration, '--keep') // as: seconds checks it
      const report = reportFor(json === true, shell)
      const before = shell.now() - keepSeconds * 1000
      const { stoppedBy } = await withRegistry(flags, shell, (registry) =>
        sweepInBatches((size) => registry.sweep({ before, limit: size }), limit, report, shell),
      )
      if (stoppedBy !== undefined) exit(stoppedBy === 'SIGINT' ? 130 : 143)
    })
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
Between two batches it rests as long as the last one took, so that sign-ins get their turn. SIGINT and SIGTERM end it after
the batch that is under way; what was deleted stays deleted, and the next run goes on.

Example, every night from cron:
  15 3 * * *  cd /srv/app && npx coatcheck sweep --database sqlite:app.db
`
