import type { SessionChange } from '../../src/stores/store.ts'
import { newChange, NOW } from '../../src/testing/stored-sessions.ts'
import { LANES, TURNS } from './hammer.ts'
import { openStore } from './process-stores.ts'

/**
 * A process that changes one session as fast as it can, once it is told to: it adds to the entry that all share, and in as many
 * lanes as it has entries of its own it sets each to 1, 2, 3 … in turn.
 */
const [storeName = '', place = '', id = '', own = ''] = process.argv.slice(2)

const { store } = await openStore(storeName, place)

process.once('message', () => void hammer())
process.send?.('ready')

async function hammer(): Promise<void> {
  const lanes = Array.from({ length: LANES }, (_, lane) => walk(`${own} ${lane}`))
  const additions = Array.from({ length: LANES * TURNS }, () => update(newChange({ add: { all: 1 } })))
  await Promise.all([...lanes, ...additions])
  process.send?.('done', () => process.exit())
}

async function walk(name: string): Promise<void> {
  for (let turn = 1; turn <= TURNS; turn++) await update(newChange({ set: { [name]: String(turn) } }))
}

async function update(change: SessionChange): Promise<void> {
  if (!(await store.update(id, change, NOW))) throw new Error('the session is gone')
}
