import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'

// Before they are taken: our timers are those that there are when we are loaded.
vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
const { waitFor, waitInTurn } = await import('../src/wait.ts')

const never = new Promise<never>(() => {})

/** What has become of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  await turn()
  return Promise.race([promise.then(String, String), turn('pending')])
}

test('an answer in time is the answer, and leaves no timer behind', async () => {
  expect(await waitFor(Promise.resolve('answer'), 5000, 'late')).toBe('answer')
  await expect(waitFor(Promise.reject(new Error('refused')), 5000, 'late')).rejects.toThrow('refused')
  expect(vi.getTimerCount()).toBe(0)
})

test('no answer in time is an error that says so', async () => {
  const waiting = waitFor(never, 5000, 'no answer within 5000 ms')
  vi.advanceTimersByTime(4999)
  expect(await stateOf(waiting)).toBe('pending')
  vi.advanceTimersByTime(1)
  expect(await stateOf(waiting)).toBe('Error: no answer within 5000 ms')
})

test('an answer that had arrived before a busy process could look is the answer', async () => {
  const arriving = Promise.withResolvers<string>()
  const waiting = waitFor(arriving.promise, 5000, 'late')
  vi.advanceTimersByTime(60_000)
  arriving.resolve('answer')
  expect(await stateOf(waiting)).toBe('answer')
})

test('a queue that moves is waited in for as long as it does', async () => {
  let servedAt = 0
  const waiting = waitFor(never, 5000, 'stuck', () => servedAt)
  for (let times = 0; times < 10; times++) {
    vi.advanceTimersByTime(4000)
    servedAt = performance.now()
    expect(await stateOf(waiting)).toBe('pending')
  }
  vi.advanceTimersByTime(5000)
  expect(await stateOf(waiting)).toBe('Error: stuck')
})

test('an asker goes when its time is over, and the connection is given up when it has been silent', async () => {
  const onEnd = vi.fn<(error?: unknown) => void>()
  const waiting = waitInTurn(never, 5000, onEnd, 2000, performance.now() - 500)
  vi.advanceTimersByTime(1499)
  expect(await stateOf(waiting)).toBe('pending')
  vi.advanceTimersByTime(1)
  expect(await stateOf(waiting)).toBe('Error: no answer within 2000 ms')
  vi.advanceTimersByTime(3499)
  await turn()
  expect(onEnd).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  await turn()
  expect(onEnd.mock.calls).toEqual([[new Error('no answer within 5000 ms')]])
  expect(vi.getTimerCount()).toBe(0)
})

test('a connection that answers when the asker has gone is as good as one that answered in time', async () => {
  const onEnd = vi.fn<(error?: unknown) => void>()
  for (const waits of [1000, 3000]) {
    const arriving = Promise.withResolvers<string>()
    const waiting = waitInTurn(arriving.promise, 5000, onEnd, 2000, performance.now())
    waiting.catch(() => {})
    vi.advanceTimersByTime(waits)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await turn()
    arriving.resolve('answer')
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await stateOf(waiting)).toBe(waits < 2000 ? 'answer' : 'Error: no answer within 2000 ms')
  }
  expect(onEnd.mock.calls).toEqual([[undefined], [undefined]])
  expect(vi.getTimerCount()).toBe(0)
})

test('a query that fails is told to its asker and to its connection', async () => {
  const onEnd = vi.fn<(error?: unknown) => void>()
  await expect(waitInTurn(Promise.reject(new Error('refused')), 5000, onEnd)).rejects.toThrow('refused')
  expect(onEnd.mock.calls).toEqual([[new Error('refused')]])
})
