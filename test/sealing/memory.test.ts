import { describe, expect, test } from 'vitest'
import { createMemory } from '../../src/sealing/memory.ts'

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

  test('weighs what it holds, once, though it was moved on', () => {
    const memory = createMemory<number>(10, length)
    memory.remember('aaaa', 1)
    memory.remember('bbbb', 2) // turns over: more than half would be young
    expect(memory.weight).toBe(8)
    expect(memory.get('aaaa')).toBe(1) // moves on, and turns over again
    expect(memory.get('bbbb')).toBe(2)
    expect(memory.weight).toBe(8)
  })

  test('takes the same text twice as once', () => {
    const memory = createMemory<number>(100, length)
    memory.remember('text', 1)
    memory.remember('text', 1)
    expect(memory.weight).toBe(4)
  })

  test('does not take what weighs more than half of it', () => {
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
      expect(memory.get('busy')).toBe(1)
    }
    expect(memory.get('idle')).toBeUndefined()
  })
})
