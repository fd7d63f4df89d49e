import { SECRET_VARIABLE, LANES, PATIENCE, TURNS } from './hammer.ts'
import { App } from './browser.ts'
import { openStore } from './process-stores.ts'

/**
 * A process of an application that answers a thousand requests of one browser at once, when it is told to: half of them add to
 * the number that all share; the others, in as many lanes as it has keys of its own, set each key to 1, 2, 3 … in turn.
 */
const [storeName = '', place = '', cookie = '', own = ''] = process.argv.slice(2)

const { store } = await openStore(storeName, place)
const app = new App({ store, secrets: [process.env[SECRET_VARIABLE] ?? ''], storeTimeout: PATIENCE })

process.once('message', () => void hammer())
process.send?.('ready')

async function hammer(): Promise<void> {
  const lanes = Array.from({ length: LANES }, (_, lane) => walk(`${own} ${lane}`))
  const additions = Array.from({ length: LANES * TURNS }, () => request((session) => session.increment('all')))
  await Promise.all([...lanes, ...additions])
  process.send?.('done', () => process.exit())
}

async function walk(key: string): Promise<void> {
  for (let turn = 1; turn <= TURNS; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- a lane is requests one after the other
    await request((session) => (session[key] = turn))
  }
}

async function request(handler: (session: Awaited<ReturnType<App['begin']>>['session']) => unknown): Promise<void> {
  const { session, commit } = await app.begin(cookie)
  if (session.isNew) throw new Error('the session is gone')
  handler(session)
  await commit()
}
