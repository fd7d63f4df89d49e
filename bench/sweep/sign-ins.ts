import { randomBytes } from 'node:crypto'
import { openPg, openSqlite } from '../identity/stores.ts'

/**
 * A process that signs people in, one after the other, until it is told to tell how long each took. What it is given: `sqlite`
 * and a directory, or `postgres` and a URL.
 */
const [dialect, place = ''] = process.argv.slice(2)
const store = dialect === 'sqlite' ? openSqlite(place) : openPg(place)

const HOUR = 3_600_000
let took: number[] = []

process.on('message', () => {
  process.send?.(took)
  took = []
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

for (let user = 1; ; user++) {
  const at = Date.now()
  const before = performance.now()
  // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each tells what it waited for
  await store.registry.insert(
    {
      id: randomBytes(16).toString('base64url'),
      userId: `visitor ${user % 1000}`,
      secretHash: randomBytes(32),
      createdAt: at,
      authenticatedAt: at,
      lastSeenAt: at,
      idleExpiresAt: at + HOUR,
      absoluteExpiresAt: at + HOUR,
      ipPrefix: '203.0.113.0/24',
      userAgent: null,
      label: null,
      method: 'password',
    },
    { maximum: 10 },
  )
  took.push(performance.now() - before)
  // A hundred a second at most: somebody who signs in, not a flood that is measured against itself.
  // oxlint-disable-next-line no-await-in-loop -- see above
  await new Promise((resolve) => setTimeout(resolve, 10))
}
