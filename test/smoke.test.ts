import { expect, test } from 'vitest'
import { createSessions } from '../src/index.ts'

test('a session survives its cookie', () => {
  const sessions = createSessions<{ accountId: number }>({
    name: 'session',
    secrets: ['3f2b8d1c9e7a4036b5d8e1f2a3c4967085e6d7c8b9a0f1e2d3c4b5a697887961'],
  })
  const value = sessions.seal({ accountId: 7 })
  expect(sessions.read(`session=${value}`).accountId).toBe(7)
})
