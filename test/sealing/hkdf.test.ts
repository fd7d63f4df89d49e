import { createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { deriveKey } from '../../src/sealing/hkdf.ts'

test('a derived key is what hkdfSync derives, of secrets, salts and purposes of any length', () => {
  for (const secretBytes of [32, 43, 63, 64, 65, 200]) {
    for (const saltBytes of [0, 1, 16, 63, 64]) {
      for (const purpose of ['', 'cookie.session', 'cookie.\u00e9', 'x'.repeat(1006)]) {
        const secret = createSecretKey(randomBytes(secretBytes))
        const salt = randomBytes(saltBytes)
        const expected = Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32))
        expect(deriveKey(secret, salt, purpose).export()).toEqual(expected)
      }
    }
  }
})
