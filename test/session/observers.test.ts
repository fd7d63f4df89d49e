import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { createSessions, type SessionEvent } from '../../src/index.ts'
import { SECRET } from '../support/visitor.ts'

const fail = (): never => {
  throw new Error('watching failed')
}

/** The warnings of the process while `act` runs and whatever follows from it. */
async function warningsOf(act: () => void): Promise<string[]> {
  const warnings: string[] = []
  const hear = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', hear)
  act()
  // Those of rejections come in later turns.
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  process.off('warning', hear)
  return warnings
}

// oxlint-disable-next-line unicorn/no-thenable -- it is what observers of other libraries may give
const thenable = { then: (_: unknown, reject: (error: Error) => void) => reject(new Error('watching failed')) }

test.each<[string, (event: SessionEvent) => unknown]>([
  ['throws', fail],
  ['is rejected', async () => Promise.resolve().then(fail)],
  ['gives a thenable that fails', () => thenable],
])('an observer that %s becomes a process warning, once for each type of event', async (_, observer) => {
  const sessions = createSessions({ name: 's', secrets: [SECRET], onEvent: observer })
  expect(
    await warningsOf(() => {
      for (let time = 0; time < 3; time++) expect(sessions.read('s=rubbish').isNew).toBe(true)
    }),
  ).toEqual(['coatcheck: onEvent for refused failed: watching failed'])
})

test.each<[string, () => unknown]>([
  ['throws', fail],
  ['is rejected', async () => Promise.resolve().then(fail)],
])(
  'a subscriber of the channel that %s becomes a process warning once, and the others hear all',
  async (_, observer) => {
    const heard: unknown[] = []
    const hear = (event: unknown, name: string | symbol): void => void heard.push([name, event])
    subscribe('coatcheck:refused', observer)
    subscribe('coatcheck:refused', hear)
    const events: SessionEvent[] = []
    const sessions = createSessions({ name: 's', secrets: [SECRET], onEvent: (event) => void events.push(event) })
    const warnings = await warningsOf(() => {
      for (let time = 0; time < 2; time++) expect(sessions.read('s=rubbish').isNew).toBe(true)
    })
    unsubscribe('coatcheck:refused', observer)
    unsubscribe('coatcheck:refused', hear)
    expect(warnings).toEqual(['coatcheck: a subscriber of coatcheck:refused failed: watching failed'])
    expect(events).toHaveLength(2)
    expect(heard).toEqual(events.map((event) => ['coatcheck:refused', event]))
  },
)
