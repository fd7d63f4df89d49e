import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hashSecret, isSecret, newSecret } from '../../src/identity/secret.ts'
import { readFound } from '../../src/identity/sql/rows.ts'

test('a database driver of another realm, as under a test runner with a DOM, signs nobody out: its bytes are bytes', () => {
  const secret = newSecret()
  const bytes: unknown = runInNewContext('Uint8Array.from(bytes)', { bytes: [...hashSecret(secret)] })
  expect(bytes).not.toBeInstanceOf(Uint8Array)
  expect(isSecret(secret, readFound({ secret_hash: bytes, ended_at: null, ended_because: null }).secretHash)).toBe(true)
})
