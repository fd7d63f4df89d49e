import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { contractTests } from './contract.ts'

describe('memoryStore', () => {
  const store = memoryStore()
  contractTests(() => store)

  test('what was found is not changed by a later update', async () => {
    const now = 1000
    const session = { created: now, slid: now, expiresAt: now + 60, entries: new Map([['a', '1']]) }
    await store.insert('one', session, now)
    const found = await store.find('one')
    const change = { set: new Map([['a', '2']]), remove: [], add: new Map(), slid: now, expiresAt: now + 60 }
    await store.update('one', change, now)
    expect(found?.entries.get('a')).toBe('1')
    expect((await store.find('one'))?.entries.get('a')).toBe('2')
  })

  test('expired sessions do not pile up', async () => {
    const crowded = memoryStore()
    for (let at = 0; at < 5000; at++) {
      const session = { created: at, slid: at, expiresAt: at + 10, entries: new Map() }
      await crowded.insert(String(at), session, at)
    }
    expect(await crowded.sweep?.({ now: 5000, limit: 100_000 })).toBeLessThan(1100)
  })
})

describe('memoryStore in Next.js, which runs a module once for each of its bundles', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test('is one memory for all of them, and elsewhere each is its own', async () => {
    const session = { created: 1000, slid: 1000, expiresAt: 1060, entries: new Map([['n', '5']]) }
    vi.stubEnv('NEXT_RUNTIME', 'nodejs')
    await memoryStore().insert('one', session, 1000)
    expect((await memoryStore().find('one'))?.entries.get('n')).toBe('5')
    vi.unstubAllEnvs()
    await memoryStore().insert('two', session, 1000)
    expect(await memoryStore().find('two')).toBeUndefined()
  })
})

describe('memoryStore refuses where it would lose sessions', () => {
  /** What a process of its own says that makes such a store. */
  const start = (words: readonly string[], env: NodeJS.ProcessEnv = {}): string =>
    execFileSync(process.execPath, [join(import.meta.dirname, 'start-memory-store.ts'), ...words], {
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'development', ...env },
    })

  test('it starts in development, on one process', () => {
    expect(start([])).toBe('started\n')
  })

  test('in a worker of node:cluster, and says why', () => {
    expect(start(['cluster'])).toMatch(
      /^ERR_OPTIONS memoryStore in a worker of node:cluster: each process has a memory/,
    )
  })

  test('in production, and says why and what to say', () => {
    expect(start([], { NODE_ENV: 'production' })).toMatch(
      /^ERR_OPTIONS memoryStore where NODE_ENV is production: every restart .* memoryStore\(\{ allowDataLoss: true \}\)/,
    )
  })

  test('unless it is told so in as many words', () => {
    expect(start(['cluster', 'allowDataLoss'])).toBe('started\n')
    expect(start(['allowDataLoss'], { NODE_ENV: 'production' })).toBe('started\n')
  })
})
