/** A process that writes to a session of its own as often as it is told to. */
import { newChange, newId, newSession, NOW } from '../../src/testing/stored-sessions.ts'
import { openStore } from '../../test/stores/process-stores.ts'

/** What is measured is how long all of them take, not which of them waits longest. */
const PATIENCE_MS = 60_000

const [name = '', place = '', writes = ''] = process.argv.slice(2)
const { store } = await openStore(name, place)
const id = newId()
await store.insert(id, newSession({}), NOW, PATIENCE_MS)
let n = 0

process.on('message', () => void write())
process.send?.('ready')

async function write(): Promise<void> {
  for (let count = 0; count < Number(writes); count++) {
    // oxlint-disable-next-line no-await-in-loop -- requests of one visitor, one after the other
    await store.update(id, newChange({ set: { a: String(++n) } }), NOW, PATIENCE_MS)
  }
  process.send?.('done')
}
