import { describe, expect, test } from 'vitest'
import { createMemory } from '../../src/sealing/memory.ts'
import { Random } from '../hostile/world.ts'

const length = (text: string): number => text.length

describe('the memory of what was used lately', () => {
  test('never weighs more than its bound, whatever comes', () => {
    const memory = createMemory<number>(1000, length)
    let most = 0
    for (let count = 0; count < 20_000; count++) {
      memory.remember(`${count}`.padEnd(count % 90), count)
      if (count % 3 === 0) memory.get(`${count - 5}`.padEnd((count + 85) % 90))
      most = Math.max(most, memory.weight)
    }
    expect(most).toBeLessThanOrEqual(1000)
    expect(most).toBeGreaterThan(500)
  })

  test('is filled to its bound, and forgets no more than it has to', () => {
    const memory = createMemory<number>(100, length)
    const texts = Array.from({ length: 30 }, (_, at) => `text${at}`.padStart(10))
    for (const text of [...texts, ...texts]) memory.remember(text, 1)
    expect(memory.weight).toBe(100)
    memory.remember('short', 1)
    memory.remember('short', 1)
    expect(memory.weight).toBe(95)
  })

  test('takes the same text twice as once', () => {
    const memory = createMemory<number>(100, length)
    memory.remember('text', 1)
    memory.remember('text', 1)
    expect(memory.weight).toBe(4)
  })

  test('does not take what weighs more than all of it', () => {
    const memory = createMemory<number>(10, length)
    memory.remember('small', 1)
    memory.remember('too large', 2)
    expect(memory.get('too large')).toBeUndefined()
    expect(memory.get('small')).toBe(1)
  })

  test('keeps what is in use, while what is not in use goes', () => {
    const memory = createMemory<number>(1000, length)
    memory.remember('busy', 1)
    memory.remember('idle', 2)
    for (let count = 0; count < 1000; count++) {
      memory.remember(`other ${count}`, count)
      memory.remember(`other ${count}`, count)
      expect(memory.get('busy')).toBe(1)
    }
    expect(memory.get('idle')).toBeUndefined()
  })

  test('pushes nothing out for what comes once', () => {
    const memory = createMemory<number>(1000, length)
    for (let count = 0; count < 100; count++) memory.remember(`${count}`.padStart(10), count)
    const once = Array.from({ length: 10_000 }, (_, at) => `once ${at}`.padStart(10))
    for (const text of once) memory.remember(text, 0)
    const kept = Array.from({ length: 100 }, (_, count) => memory.get(`${count}`.padStart(10)))
    expect(kept.filter((value) => value !== undefined).length).toBeGreaterThan(95)
  })

  test.for([0.6, 0.8, 1])(
    'is right about visitors by Zipf’s law (%d) within seven points of what can be known at all',
    (skew) => {
      const [visitors, places] = [50_000, 5000]
      const random = new Random(7)
      const sums = new Float64Array(visitors)
      let sum = 0
      for (let rank = 0; rank < visitors; rank++) sums[rank] = sum += (rank + 1) ** -skew
      const next = (): string => {
        const at = (random.next() / 2 ** 32) * sum
        let [low, high] = [0, visitors - 1]
        while (low < high) {
          const middle = (low + high) >> 1
          if ((sums[middle] ?? 0) < at) low = middle + 1
          else high = middle
        }
        return `visitor ${low}`
      }
      const memory = createMemory<number>(places, () => 1)
      let hits = 0
      for (let visit = 0; visit < 200_000; visit++) {
        const text = next()
        const isKnown = memory.get(text) !== undefined
        if (!isKnown) memory.remember(text, 1)
        if (isKnown && visit >= 100_000) hits++
      }
      const ideal = (sums[places - 1] ?? 0) / sum
      expect(hits / 100_000).toBeGreaterThan(ideal - 0.07)
    },
  )
})
