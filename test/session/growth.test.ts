import { expect, test } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { SECRET } from '../support/visitor.ts'

type Any = Record<string, any> // oxlint-disable-line typescript/no-explicit-any -- data of every shape

const sessions = createSessions<Any>({
  name: 'session',
  secrets: [SECRET],
  guard: { maxValueBytes: Number.POSITIVE_INFINITY },
  store: memoryStore({ maxBytes: 4_000_000 }),
})

/** The best of several runs of `work`, in milliseconds, in a session that holds what `prepare` put there. */
async function duration(
  count: number,
  prepare: (session: Any, count: number) => void,
  work: (session: Any, count: number) => void,
): Promise<number> {
  const first = sessions.begin({}, { cookieHeader: undefined, isSecure: () => false })
  await first.load()
  first.session['kept'] = true
  prepare(first.session, count)
  const { setCookie } = await first.commit()
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 7; run++) {
    const exchange = sessions.begin({}, { cookieHeader: setCookie[0]?.split(';')[0], isSecure: () => false })
    await exchange.load()
    const { session } = exchange
    const begun = performance.now()
    work(session, count)
    best = Math.min(best, performance.now() - begun)
  }
  return best
}

const LINES = (session: Any, count: number): void => {
  session['list'] = Array.from({ length: count }, (_, id) => ({ id, qty: 1 }))
}
const NAMES = (session: Any, count: number): void => {
  session['map'] = Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]))
}
const NOTHING = (): void => {}

test.each<[string, (session: Any, count: number) => void, (session: Any, count: number) => void]>([
  [
    'change every item of a list',
    LINES,
    (session) => {
      for (const line of session['list']) line.qty = 2
    },
  ],
  [
    'change every item by its index',
    LINES,
    (session, count) => {
      for (let at = 0; at < count; at++) session['list'][at].qty = 2
    },
  ],
  [
    'replace every item',
    LINES,
    (session, count) => {
      for (let at = 0; at < count; at++) session['list'][at] = { id: at, qty: 2 }
    },
  ],
  [
    'read every item of a list that was just assigned',
    NOTHING,
    (session, count) => {
      LINES(session, count)
      for (let at = 0; at < count; at++) void session['list'][at].qty
    },
  ],
  [
    'push every item',
    (session) => (session['list'] = []),
    (session, count) => {
      for (let at = 0; at < count; at++) session['list'].push({ id: at })
    },
  ],
  [
    'push every item to a list that was just assigned',
    NOTHING,
    (session, count) => {
      session['list'] = []
      for (let at = 0; at < count; at++) session['list'].push({ id: at })
    },
  ],
  [
    'pop every item',
    LINES,
    (session, count) => {
      for (let at = 0; at < count; at++) session['list'].pop()
    },
  ],
  [
    'add every name to an object',
    (session) => (session['map'] = {}),
    (session, count) => {
      for (let at = 0; at < count; at++) session['map'][`k${at}`] = at
    },
  ],
  [
    'delete every name of an object',
    NAMES,
    (session, count) => {
      for (let at = 0; at < count; at++) delete session['map'][`k${at}`]
    },
  ],
  [
    'flash every message',
    NOTHING,
    (session, count) => {
      for (let at = 0; at < count; at++) session['flash'][`k${at}`] = 'x'
    },
  ],
  [
    'keep every message',
    (session, count) => {
      for (let at = 0; at < count; at++) session['flash'][`k${at}`] = 'x'
    },
    (session, count) => {
      for (let at = 0; at < count; at++) session['flash'].keep(`k${at}`)
    },
  ],
  [
    'write every key',
    NOTHING,
    (session, count) => {
      for (let at = 0; at < count; at++) session[`k${at}`] = at
    },
  ],
])('eight times as many take about eight times as long, to %s', async (_, prepare, work) => {
  await duration(1000, prepare, work) // compiled
  const few = await duration(500, prepare, work)
  const many = await duration(4000, prepare, work)
  // Sixty-four times, were each to look at all of them. Half a millisecond is what a clock and a collection may add.
  expect(many).toBeLessThan(24 * (few + 0.5))
})
