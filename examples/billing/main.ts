import { randomBytes } from 'node:crypto'
import { SessionError } from 'coatcheck'
import { readArguments, UsageError } from './arguments.ts'
import { seedDatabase } from './data/seed.ts'
import { endWithNpm } from './end-with-npm.ts'
import { runFleet } from './fleet.ts'
import { createBillingSessions, KIND_VARIABLE } from './sessions.ts'
import { readSettings, SettingsError } from './settings.ts'
import { prepareStore, STORE_VARIABLE } from './stores/open-store.ts'

const WORKERS = 4

/** `node examples/billing/main.ts [--rails | --store …]`: checks, creates the database, then hands over to four workers. */
async function main(): Promise<void> {
  const { kind, store } = readArguments(process.argv.slice(2))
  const { port, database } = readSettings(process.env)
  if (store !== undefined) await prepareStore(store, process.env)
  const given = process.env['SESSION_SECRET']
  const secret = given ?? generateSecret()
  // Made once here only to be checked, so that a weak secret is one line now and not four stack traces later.
  createBillingSessions(secret, { kind })
  await seedDatabase(database, { endSessions: given === undefined })
  endWithNpm()
  runFleet({
    size: WORKERS,
    environment: { SESSION_SECRET: secret, [KIND_VARIABLE]: kind, [STORE_VARIABLE]: store ?? '' },
    onReady: (pids) => {
      if (kind === 'rails') console.log('Cookies are those of a Rails 8.1 application.')
      if (store !== undefined) console.log(`Sessions live in a store: ${store}.`)
      console.log(`Billing demo on http://localhost:${port} with workers ${pids.join(', ')}`)
    },
  })
}

/** Four processes that share nothing but this can open each other's cookies. It is gone when the demo ends. */
function generateSecret(): string {
  console.log('SESSION_SECRET is not set: made a random one, so sessions end when this process does.')
  return randomBytes(32).toString('hex')
}

try {
  await main()
} catch (error) {
  // What can be put right from outside is one line; anything else is a bug of ours and keeps its stack.
  const isUsage = error instanceof UsageError
  if (!(isUsage || error instanceof SettingsError || error instanceof SessionError)) throw error
  console.error(error.message)
  process.exitCode = isUsage ? 2 : 1
}
