/** Prints what remembered sessions were said to weigh by what they take. Run with --expose-gc: a test runner's own heap moves. */
import { randomBytes } from 'node:crypto'
import { createMemory } from '../../src/sealing/memory.ts'
import { weighOpened, type Remembered } from '../../src/sealing/remembered-sealer.ts'
import { createCompactSealer } from '../../src/sealing/sealer.ts'
import { createSecretRing } from '../../src/sealing/secrets.ts'

const heap = (): number => {
  for (let times = 0; times < 3; times++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
const sealer = createCompactSealer(createSecretRing([randomBytes(32)]), 'cookie.session', Date.now)

function factorOf(count: number, json: string): number {
  const times = { created: 1_767_225_600, slid: 1_767_226_500, persistent: false }
  const texts = Array.from({ length: count }, () =>
    sealer.seal({ kind: 'session', id: randomBytes(16).toString('hex'), ...times, json }),
  )
  const memory = createMemory<Remembered>(Infinity, weighOpened)
  const before = heap()
  for (const text of texts) {
    const opened = sealer.open(text)
    if (opened.ok) memory.remember(text, opened)
  }
  const factor = memory.weight / (heap() - before)
  // So that both are still there when the heap is measured.
  return memory.get(texts[0] ?? '') === undefined ? Number.NaN : factor
}

const factors = [
  factorOf(16_000, '{"userId":7}'),
  factorOf(5000, JSON.stringify({ note: 'x'.repeat(1000) })),
  factorOf(5000, JSON.stringify({ note: '東'.repeat(600) })),
]
process.stdout.write(JSON.stringify(factors))
