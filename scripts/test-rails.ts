import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findRails, type RailsPlace } from '../test/rails/live/debian.ts'
import { startRails, startTypeScript } from '../test/rails/live/processes.ts'
import { SCENARIOS, stagesOf, type Scenario, type Stage } from '../test/rails/live/scenarios.ts'
import { wayOf, type Settings } from '../test/rails/live/settings.ts'
import { Walks } from '../test/rails/live/walk.ts'

/**
 * Walks browsers across a real Rails from Debian's packages and a TypeScript server that share a session cookie. Run by
 * `npm run test:rails`; `RAILS_SEED` repeats a run.
 */
const WALKS = 20

process.exitCode = await run()

async function run(): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log('test:rails did not run: it takes Rails from the packages of Debian, as root.')
    return 0
  }
  const seed = Number(process.env['RAILS_SEED'] ?? randomInt(2 ** 31))
  console.log(`RAILS_SEED=${seed}`)
  const total = { walks: 0, failed: 0 }
  for (const rails of ['6.1', '7.2'] as const) {
    const place = find(rails)
    if (place === undefined) continue
    try {
      for (const scenario of SCENARIOS.filter((each) => each.rails === rails)) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other: each starts two servers
        total.failed += await walk(scenario, place, seed)
        total.walks += WALKS
      }
    } finally {
      place.leave()
    }
  }
  console.log(`test:rails: ${total.walks} walks, ${total.failed} failed`)
  return total.walks > 0 && total.failed === 0 ? 0 : 1
}

function find(rails: Settings['rails']): RailsPlace | undefined {
  try {
    return findRails(rails, join(import.meta.dirname, '../test/rails/live/app'))
  } catch (error) {
    console.log(`Rails ${rails} was NOT walked: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** How many walks failed. */
async function walk(scenario: Scenario, place: RailsPlace, seed: number): Promise<number> {
  const { cookieName, stages } = stagesOf(scenario, randomBytes(64).toString('hex'), randomBytes(64).toString('hex'))
  const walks = new Walks({ cookieName, seed, count: WALKS })
  for (const stage of stages) {
    // oxlint-disable-next-line no-await-in-loop -- the servers of the stage before are gone, the browsers keep their cookies
    await crossOnce(walks, stage, place)
  }
  const { steps, failures } = walks.outcome
  for (const failure of failures.slice(0, 3)) console.error(failure)
  console.log(`Rails ${scenario.rails}, ${scenario.title}: ${WALKS} walks, ${steps} steps, ${failures.length} failed`)
  return failures.length
}

async function crossOnce(walks: Walks, { ruby, typescript }: Stage, place: RailsPlace): Promise<void> {
  const rails = await startRails(place.appFolder, place.before, ruby)
  try {
    const other = await startTypeScript(typescript)
    try {
      await walks.cross([
        { kind: 'ruby', url: rails.url, writes: wayOf(ruby, 'ruby') },
        { kind: 'typescript', url: other.url, writes: wayOf(typescript, 'typescript') },
      ])
    } finally {
      await other.stop()
    }
  } finally {
    await rails.stop()
  }
}
