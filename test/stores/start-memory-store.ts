import cluster from 'node:cluster'
import { SessionError } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'

/** Makes a memoryStore and says how that went: `cluster` does it in a worker, `allowDataLoss` says that this is fine. */
const words = new Set(process.argv.slice(2))

if (words.has('cluster') && cluster.isPrimary) {
  cluster.fork()
} else {
  console.log(outcome())
  cluster.worker?.disconnect()
}

function outcome(): string {
  try {
    memoryStore({ allowDataLoss: words.has('allowDataLoss') })
    return 'started'
  } catch (error) {
    return error instanceof SessionError ? `${error.code} ${error.message}` : String(error)
  }
}
