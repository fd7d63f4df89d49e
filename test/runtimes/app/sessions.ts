import { createSessions, type SessionEvent } from 'coatcheck'
import { memoryStore } from 'coatcheck/memory'
import type { Data } from './routes.ts'

export const SECRET = 'fGx0yTnEq0uW3rZb8oJ1mXhVd5sK7aPcL2eNQ9iBtYw'
export const PREVIOUS_SECRET = 'Zp6DkR4vH1cTq9XyWm2Fb7LsJ0gUeOa8nIi3PxEBrKt'

/** What the operator was told, newest last. */
export const events: SessionEvent[] = []

const common = {
  name: 'session',
  secrets: [SECRET, PREVIOUS_SECRET],
  guard: { maxValueBytes: 4096 },
  onEvent: (event: SessionEvent) => void events.push(event),
}

/** Made where the module is evaluated, as applications do it; Workers allow neither randomness nor a clock there. */
export const sessions = createSessions<Data>(common)

/** The same with a store, for which the headers of a response have to wait. */
export const storedSessions = createSessions<Data>({ ...common, store: memoryStore({ allowDataLoss: true }) })

/** The same with a store that does not answer. */
export const downSessions = createSessions<Data>({
  ...common,
  store: { name: 'down', find: outage, insert: outage, update: outage, delete: outage },
})

function outage(): Promise<never> {
  return Promise.reject(new Error('connection refused'))
}
