import { createDecipheriv, randomBytes, type DecipherGCM } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { isAuthentic } from '../../src/sealing/authentic.ts'

const limit = Error.stackTraceLimit
afterEach(() => {
  Object.defineProperty(Error, 'stackTraceLimit', { value: limit, writable: true, configurable: true })
})

function forged(): DecipherGCM {
  const decipher = createDecipheriv('aes-256-gcm', randomBytes(32), randomBytes(12), { authTagLength: 16 })
  decipher.setAuthTag(randomBytes(16))
  decipher.update(randomBytes(40))
  return decipher
}

test('a forged text is refused without a stack, and errors of others keep theirs', () => {
  Error.stackTraceLimit = 7
  expect(isAuthentic(forged())).toBe(false)
  expect(Error.stackTraceLimit).toBe(7)
  expect(new Error('another').stack).toContain('\n    at ')
})

test('a forged text is refused as well where nobody may change how long stacks are', () => {
  Object.defineProperty(Error, 'stackTraceLimit', { value: 7, writable: false, configurable: true })
  expect(isAuthentic(forged())).toBe(false)
  expect(Error.stackTraceLimit).toBe(7)
})
