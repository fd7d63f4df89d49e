import { setImmediate as turn } from 'node:timers/promises'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Framework } from './app.ts'
import { FRAMEWORKS } from './matrix.ts'
import { World } from './world.ts'

/**
 * Plays every framework through what goes wrong: stores that fail, hang and recover, clients that leave at every step. Prints, as
 * JSON, what would have ended the process, and by framework what the visitors who stayed got.
 */
const uncaught: string[] = []
process.on('uncaughtException', (error) => uncaught.push(String(error.stack)))
process.on('unhandledRejection', (reason) => uncaught.push(reason instanceof Error ? String(reason.stack) : 'rejected'))

/** What an application may be stopped in. */
const HELD = [
  ['find', 'before'],
  ['find', 'after'],
  ['update', 'before'],
  ['update', 'after'],
] as const

async function play(framework: Framework): Promise<readonly unknown[]> {
  const world = new World(framework, memoryStore({ allowDataLoss: true }))
  const { store } = world
  if (store === undefined) throw new Error('a world with a store has none')
  let left = Promise.withResolvers<void>()
  const { browser } = await world.serve({
    '/write': world.does((session) => session.increment('visits')),
    '/stream': (call) => {
      world.sessions.of(call.request).increment('visits')
      return call.stream(
        (async function* () {
          yield 'first'
          await left.promise
          yield 'last'
        })(),
      )
    },
    '/fail': world.does((session) => {
      session.increment('visits')
      throw new Error('the handler failed')
    }),
  })
  const statuses: unknown[] = [(await browser.post('/write')).status]

  for (const path of ['/write', '/stream', '/fail']) {
    for (const [verb, place] of HELD) {
      const held = store.hold(verb, place)
      const client = new AbortController()
      const gone = browser.ask(path, { method: 'POST', signal: client.signal }).catch(() => 'gone')
      await held.arrived
      client.abort()
      await gone
      held.release()
      left.resolve()
      await settled()
    }
  }

  left = Promise.withResolvers()
  const client = new AbortController()
  const answer = await browser.begin('/stream', { signal: client.signal })
  answer.body.on('error', () => {}) // it was left
  await new Promise((resolve) => answer.body.once('data', resolve))
  client.abort()
  await settled()
  left.resolve()

  for (const verb of ['find', 'update'] as const) {
    const held = store.hold(verb, 'before')
    const asked = browser.post('/write')
    await held.arrived
    store.fail(new Error('the store is away'))
    statuses.push((await browser.post('/write')).status)
    store.fail(undefined)
    held.release()
    statuses.push((await asked).status)
  }
  statuses.push((await browser.post('/write')).status)
  await world.close()
  return statuses
}

/** Lets everything run that is due already. */
async function settled(): Promise<void> {
  for (let count = 0; count < 20; count++) await turn()
}

const played = await Promise.all(FRAMEWORKS.map(async (framework) => [framework.name, await play(framework)] as const))
await settled()
console.log(JSON.stringify({ uncaught, statuses: Object.fromEntries(played) }))
